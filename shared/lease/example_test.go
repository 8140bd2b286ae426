package lease_test

import (
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/lease"
)

// Each holder has a higher token than the one before it, and what was written under the
// higher one fences the lower one.
func Example() {
	store, end := kvtest.OpenForExample()
	defer end()

	ctx, leases := context.Background(), lease.New(store, time.Now)
	first, err := leases.AcquireLease(ctx, "sync/campus", "one", time.Minute)
	if err != nil {
		panic(err)
	}
	_, err = leases.AcquireLease(ctx, "sync/campus", "two", time.Minute)
	fmt.Println(err)
	if err := leases.EndLeaseClean(ctx, "sync/campus", "one"); err != nil {
		panic(err)
	}
	second, err := leases.AcquireLease(ctx, "sync/campus", "two", time.Minute)
	fmt.Println(second.Token > first.Token, second.Unclean, err)
	fmt.Println(lease.Fenced(second.Token, first.Token))
	// Output:
	// sync/campus is held by one
	// true false <nil>
	// the lease was lost: another process continues the work
}
