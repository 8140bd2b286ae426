// Package installsetup builds what reports on the installation: its checks and its
// metrics.
package installsetup

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/installation"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/setup/mailsetup"
	"github.com/open-craft/ocim/shared/setup/storesetup"
)

// New builds what reports on the installation of a fleet.
func New(f *fleetsetup.Fleet, notices *notify.Service) *installation.Service {
	return &installation.Service{
		KV: f.KV, Fleet: f.Store, Verify: f.VerifyAudit, Ring: f.Keys, Now: f.Now, Log: f.Log,
		Backlog: func(ctx context.Context) (installation.Notices, error) {
			b, err := notices.Backlog(ctx)
			return installation.Notices{Waiting: b.Waiting, Failing: b.Tried, Oldest: b.Oldest}, err
		},
		Sealed: []installation.Sealed{
			{Kind: "credentials", Count: f.Vault.Keys, Reseal: f.Vault.Reseal},
			{Kind: "notifications", Count: notices.SealedWith, Reseal: notices.Reseal},
		},
	}
}

// Settings are what an installation is configured with.
type Settings struct {
	PublicURL      string
	TrustedHops    int
	TrustedProxies []string
	Mail           mailsetup.Mail
	SyncLimit      time.Duration
	Store          kv.Store
}

// Check checks the settings. It asks the store and the mail server whether they answer.
func (s Settings) Check(ctx context.Context) []installation.Result {
	mail := installation.Mail{Host: s.Mail.Host, Port: s.Mail.Port, From: s.Mail.From, Outbox: s.Mail.Outbox}
	store := s.checkStore(ctx)
	return []installation.Result{
		installation.Address(s.PublicURL), installation.Proxies(s.TrustedHops, s.TrustedProxies),
		mail.Check(ctx, new(net.Dialer).DialContext), store,
		installation.Timeouts(faas.ExecTimeout(), s.SyncLimit),
	}
}

// checkStore checks that the store answers, and names what in it can't be decoded.
func (s Settings) checkStore(ctx context.Context) installation.Result {
	store := installation.Result{Name: "store", State: installation.OK, Text: "The store answers."}
	if err := storesetup.Ready(ctx, s.Store); err != nil {
		store.State, store.Text = installation.Missing, fault.Message(err)
		return store
	}
	damaged, err := kvjson.ListDamaged(ctx, s.Store)
	if err != nil {
		store.State, store.Text = installation.Unknown, fault.Message(err)
	}
	if len(damaged) > 0 {
		var keys []string
		for _, d := range damaged[:min(len(damaged), maxDamagedShown)] {
			keys = append(keys, d.Partition+"/"+d.Sort)
		}
		store.State = installation.Missing
		store.Text = fmt.Sprintf("%d stored items can't be decoded and are left out, among them %s. View them below or on the page of their project: retry after an upgrade, or restore them from a backup.",
			len(damaged), strings.Join(keys, ", "))
	}
	return store
}

// maxDamagedShown is how many keys a check names.
const maxDamagedShown = 5
