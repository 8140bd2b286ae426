package function

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// tolerance is how far a signed event's clock may be off.
const tolerance = 5 * time.Minute

// errRefused is the answer to every event that is not proved, whatever the reason.
var errRefused = fault.New(fault.Unauthenticated, "The event carries no valid token or signature of this project's webhook.")

// authenticate proves that the project's GitLab sent the event, and reads its body: with
// a token before anything of the body is read, with a signature, which is about the
// body, before anything of it is looked at. An unknown project and a wrong secret get
// the same answer.
func (f *webhook) authenticate(ctx context.Context, in *acceptInput) error {
	if in.Token == "" && !f.recent(in) {
		return errRefused
	}
	if in.Token != "" && f.provedLately(in) {
		var err error
		in.body, err = faas.Body(ctx)
		return err
	}
	opened := f.Now()
	live, err := f.secrets(ctx, in.Project)
	if err != nil {
		return err
	}
	byToken := in.Token != "" && slices.ContainsFunc(live, func(s secret.Value) bool { return s.Matches(in.Token) })
	if !byToken && (len(live) == 0 || !f.recent(in)) {
		return errRefused
	}
	if byToken {
		f.proved.set(in.Project, live, opened)
	}
	if in.body, err = faas.Body(ctx); err != nil {
		return err
	}
	if byToken || slices.ContainsFunc(live, func(s secret.Value) bool { return signed(in, s) }) {
		return nil
	}
	return errRefused
}

// provedLately reports whether a token is one that just proved another event of the
// project. Any other is looked up, so a new one counts at once.
func (f *webhook) provedLately(in *acceptInput) bool {
	live, _ := f.proved.get(in.Project, f.Now())
	return slices.ContainsFunc(live, func(s secret.Value) bool { return s.Matches(in.Token) })
}

// secrets opens the secrets that prove an event of a project; an unknown project has none.
func (f *webhook) secrets(ctx context.Context, project string) ([]secret.Value, error) {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	credentials, err := f.Credentials(ctx, project)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The project's webhook secret could not be read; send the event again.")
	}
	live := []secret.Value{credentials.WebhookSecret, credentials.FormerWebhookSecret}
	return slices.DeleteFunc(live, secret.Value.IsZero), nil
}

// recent reports whether an event carries a signature of about now.
func (f *webhook) recent(in *acceptInput) bool {
	seconds, err := strconv.ParseInt(in.Timestamp, 10, 64)
	if err != nil || in.ID == "" || in.Signature == "" {
		return false
	}
	age := f.Now().Sub(time.Unix(seconds, 0))
	return age <= tolerance && age >= -tolerance
}

// signed checks GitLab's signing headers, which follow Standard Webhooks, of an event
// that is recent.
func signed(in *acceptInput, key secret.Value) bool {
	raw := []byte(key.Reveal())
	if encoded, ok := strings.CutPrefix(key.Reveal(), "whsec_"); ok {
		var err error
		if raw, err = base64.StdEncoding.DecodeString(encoded); err != nil {
			return false
		}
	}
	mac := hmac.New(sha256.New, raw)
	mac.Write([]byte(in.ID + "." + in.Timestamp + "."))
	mac.Write(in.body)
	want := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, s := range strings.Fields(in.Signature) {
		if v, ok := strings.CutPrefix(s, "v1,"); ok && secret.Equal(v, want) {
			return true
		}
	}
	return false
}
