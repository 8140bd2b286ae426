package identity

import (
	"context"
	"net/netip"
	"time"

	"github.com/open-craft/ocim/shared/limit"
)

// What may be tried how often. "account" is keyed by e-mail address, whether or
// not it has an account; "device" by a browser that the owner logged in with
// before, so that a stranger who uses up the account's attempts does not keep
// the owner out.
var (
	loginByAddress       = limit.Rate{Name: "login/address", Every: 6 * time.Second, Burst: 30}
	loginByAccount       = limit.Rate{Name: "login/account", Every: 30 * time.Second, Burst: 10}
	loginByDevice        = limit.Rate{Name: "login/device", Every: 30 * time.Second, Burst: 10}
	refreshByAddress     = limit.Rate{Name: "refresh/address", Every: 100 * time.Millisecond, Burst: 600}
	refreshBySession     = limit.Rate{Name: "refresh/session", Every: 2 * time.Second, Burst: 120}
	resetByAddress       = limit.Rate{Name: "reset/address", Every: 30 * time.Second, Burst: 10}
	resetByAccount       = limit.Rate{Name: "reset/account", Every: 5 * time.Minute, Burst: 3}
	linkByAddress        = limit.Rate{Name: "link/address", Every: 5 * time.Second, Burst: 30}
	inviteByAccount      = limit.Rate{Name: "invite/account", Every: 10 * time.Second, Burst: 50}
	inviteByAddress      = limit.Rate{Name: "invite/address", Every: 5 * time.Second, Burst: 100}
	createTokenByAccount = limit.Rate{Name: "token/account", Every: time.Minute, Burst: 10}
	passwordByAccount    = limit.Rate{Name: "password/account", Every: 30 * time.Second, Burst: 10}
	refusalsRecorded     = limit.Rate{Name: "refusal/all", Every: 2 * time.Second, Burst: 300}
	challengeByAddress   = limit.Rate{Name: "challenge/address", Every: 2 * time.Second, Burst: 60}
	useByToken           = limit.Rate{Name: "token/use", Every: 100 * time.Millisecond, Burst: 600}
)

// takePermits takes one permit of each, in order, and stops at the first refusal.
func (s *Service) takePermits(ctx context.Context, takes ...permit) error {
	for _, t := range takes {
		if err := s.limits.Take(ctx, t.rate, t.key, 1); err != nil {
			return err
		}
	}
	return nil
}

// returnPermits returns the permits.
func (s *Service) returnPermits(ctx context.Context, takes ...permit) {
	for _, t := range takes {
		if err := s.limits.Give(ctx, t.rate, t.key, 1); err != nil {
			s.logger.WarnContext(ctx, "a permit was not given back", "limit", t.rate.Name, "error", err)
		}
	}
}

// network is what limits by address count: an IPv4 address, or the /64 that a
// provider gives one customer of IPv6. What is no address counts as it is.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	return netip.PrefixFrom(a.WithZone(""), 64).Masked().String()
}

type permit struct {
	rate limit.Rate
	key  string
}
