package projects

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// maxAnswer bounds what is read of a gateway's answer, in bytes.
const maxAnswer = 16 << 10

// AskGateway gives a function that proves an OpenFaaS gateway, its user and its
// password over a transport that decides what may be reached.
func AskGateway(transport http.RoundTripper) func(ctx context.Context, address string, user, password secret.Value) error {
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context, address string, user, password secret.Value) error {
		address = strings.TrimRight(address, "/")
		// Anyone may ask for health: it proves no credentials, so they stay here
		// until it is known that a gateway answers.
		status, _, err := askGateway(ctx, client, address+"/healthz", secret.Value{}, secret.Value{})
		switch {
		case err != nil:
			return err
		case status == http.StatusUnauthorized, status == http.StatusForbidden: // of a proxy that guards everything
		case status != http.StatusOK:
			return fault.New(fault.Unavailable, "The gateway answers %d instead of being healthy.", status)
		}
		status, body, err := askGateway(ctx, client, address+"/system/info", user, password)
		if err != nil {
			return err
		}
		var info struct{ Provider, Version json.RawMessage }
		switch {
		case status == http.StatusUnauthorized, status == http.StatusForbidden:
			return fault.New(fault.Upstream, "The gateway refuses the user or the password.")
		case status != http.StatusOK:
			return fault.New(fault.Unavailable, "The gateway answers %d when it is asked what it is.", status)
		case json.Unmarshal(body, &info) != nil || info.Provider == nil && info.Version == nil:
			return fault.New(fault.Unavailable, "What answers there is no gateway of OpenFaaS.")
		}
		return nil
	}
}

func askGateway(ctx context.Context, client *http.Client, address string, user, password secret.Value) (status int, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, fault.Wrap(fault.Invalid, err, "The gateway's address is not one.")
	}
	if !user.IsZero() || !password.IsZero() {
		req.SetBasicAuth(user.Reveal(), password.Reveal())
	}
	resp, err := client.Do(req)
	if fault.Is(err, fault.Invalid) {
		return 0, nil, fmt.Errorf("asking the gateway: %w", err)
	}
	if err != nil {
		return 0, nil, fault.Wrap(fault.Unavailable, err, "The gateway does not answer.")
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, nil, fault.Wrap(fault.Unavailable, err, "The gateway's answer was cut off.")
	}
	return resp.StatusCode, body, nil
}
