package limit_test

import (
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/limit"
)

// Three log-ins at once, and one more each minute.
func Example() {
	store, end := kvtest.OpenForExample()
	defer end()

	now := time.Now()
	limits := limit.New(store, func() time.Time { return now })
	rate := limit.Rate{Name: "login/account", Every: time.Minute, Burst: 3}
	for range 4 {
		err := limits.Take(context.Background(), rate, "ada@example.org", 1)
		fmt.Print(fault.Is(err, fault.Limited), " ")
	}
	now = now.Add(time.Minute)
	fmt.Println(limits.Take(context.Background(), rate, "ada@example.org", 1))
	// Output: false false false true <nil>
}
