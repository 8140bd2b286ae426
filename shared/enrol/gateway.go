package enrol

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// maxHealth bounds what is read of a gateway's answer, in bytes.
const maxHealth = 4 << 10

// AskGateway gives a function that asks an OpenFaaS gateway for its health over
// a transport that decides what may be reached.
func AskGateway(transport http.RoundTripper) func(ctx context.Context, address string, user, password secret.Value) error {
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context, address string, user, password secret.Value) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(address, "/")+"/healthz", nil)
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "The gateway's address is not one.")
		}
		if !user.IsZero() || !password.IsZero() {
			req.SetBasicAuth(user.Reveal(), password.Reveal())
		}
		resp, err := client.Do(req)
		if fault.Is(err, fault.Invalid) {
			return fmt.Errorf("asking the gateway: %w", err)
		}
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "The gateway does not answer.")
		}
		defer func() { _ = resp.Body.Close() }()
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxHealth)) // so that the connection can be used again
		switch {
		case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
			return fault.New(fault.Refused, "The gateway refuses the user or the password.")
		case resp.StatusCode != http.StatusOK:
			return fault.New(fault.Unavailable, "The gateway answers %d instead of being healthy.", resp.StatusCode)
		}
		return nil
	}
}
