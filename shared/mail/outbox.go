package mail

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Outbox writes mails as files into a folder, for one machine without a mail
// server. The files hold links that let people in, so only their owner can read
// them.
type Outbox struct {
	folder string
	now    func() time.Time
	logger *slog.Logger
}

// NewOutbox makes an Outbox that creates the folder when it is first needed, and
// logs the file of each mail.
func NewOutbox(folder string, now func() time.Time, logger *slog.Logger) *Outbox {
	return &Outbox{folder: folder, now: now, logger: logger}
}

func (o *Outbox) send(ctx context.Context, m *gomail.Msg) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := os.MkdirAll(o.folder, 0o700); err != nil {
		return fmt.Errorf("make the outbox: %w", err)
	}
	part, err := os.CreateTemp(o.folder, ".writing-*")
	if err != nil {
		return fmt.Errorf("write to the outbox: %w", err)
	}
	defer func() { _ = os.Remove(part.Name()) }()
	_, err = m.WriteTo(part)
	if cerr := part.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("write to the outbox: %w", err)
	}
	name := filepath.Join(o.folder, o.now().UTC().Format("20060102-150405.000")+"-"+strings.ToLower(rand.Text()[:6])+".eml")
	if err := os.Rename(part.Name(), name); err != nil {
		return fmt.Errorf("write to the outbox: %w", err)
	}
	o.logger.InfoContext(ctx, "a mail was written", "file", name, "subject", strings.Join(m.GetGenHeader(gomail.HeaderSubject), ""))
	return nil
}
