package function

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// tolerance is how far a signed event's clock may be off.
const tolerance = 5 * time.Minute

// errRefused is the answer to every event that is not proved, whatever the reason.
var errRefused = fault.New(fault.Unauthenticated, "The event carries no valid token or signature of this project's webhook.")

// requireProof refuses a request that can be no event, before its body is read.
func requireProof(h http.Header) error {
	if h.Get("X-Gitlab-Token") == "" && h.Get("webhook-signature") == "" {
		return errRefused
	}
	return nil
}

// authenticate proves that the project's GitLab sent the event, before anything
// of the body is looked at. An unknown project and a wrong secret get the same
// answer.
func (f *webhook) authenticate(ctx context.Context, in *acceptInput) error {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	credentials, err := f.Credentials(ctx, in.Project)
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
		return fault.Wrap(fault.Unavailable, err, "The project's webhook secret could not be read; send the event again.")
	}
	if err != nil {
		return errRefused
	}
	for _, live := range []secret.Value{credentials.WebhookSecret, credentials.FormerWebhookSecret} {
		if live.IsZero() {
			continue
		}
		if in.Token != "" && live.Matches(in.Token) || in.Signature != "" && f.signed(in, live) {
			return nil
		}
	}
	return errRefused
}

// signed checks GitLab's signing headers, which follow Standard Webhooks.
func (f *webhook) signed(in *acceptInput, key secret.Value) bool {
	seconds, err := strconv.ParseInt(in.Timestamp, 10, 64)
	if err != nil || in.ID == "" {
		return false
	}
	if age := f.Now().Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return false
	}
	raw := []byte(key.Reveal())
	if encoded, ok := strings.CutPrefix(key.Reveal(), "whsec_"); ok {
		if raw, err = base64.StdEncoding.DecodeString(encoded); err != nil {
			return false
		}
	}
	mac := hmac.New(sha256.New, raw)
	mac.Write([]byte(in.ID + "." + in.Timestamp + "."))
	mac.Write(in.RawBody)
	want := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, s := range strings.Fields(in.Signature) {
		if v, ok := strings.CutPrefix(s, "v1,"); ok && secret.Equal(v, want) {
			return true
		}
	}
	return false
}
