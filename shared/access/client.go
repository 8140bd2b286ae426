package access

import (
	"context"
	"net/netip"
)

type clientKey struct{}

// WithClient returns a context that carries the network address of the caller.
func WithClient(ctx context.Context, client netip.Addr) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// ClientFrom returns the network address of the caller, invalid if the context
// carries none.
func ClientFrom(ctx context.Context) netip.Addr {
	client, _ := ctx.Value(clientKey{}).(netip.Addr)
	return client
}
