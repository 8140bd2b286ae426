package fault_test

import (
	"errors"
	"fmt"

	"github.com/open-craft/ocim/shared/fault"
)

// A caller says what it was doing. The kind stays, and the cause is not shown to people.
func Example() {
	cause := errors.New("dial tcp 192.0.2.1:443: connection refused")
	err := fmt.Errorf("read the branch: %w", fault.Wrap(fault.Unavailable, cause, "GitLab doesn't answer."))
	fmt.Println(fault.KindOf(err))
	fmt.Println(fault.Message(err))
	fmt.Println(errors.Is(err, cause))
	// Output:
	// unavailable
	// GitLab doesn't answer.
	// true
}
