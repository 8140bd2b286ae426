package operation

import (
	"github.com/open-craft/ocim/shared/fault"
)

// IsDefinitive reports whether an error proves that GitLab did not start anything.
func IsDefinitive(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Unauthenticated, fault.Forbidden, fault.Upstream, fault.NotFound, fault.Conflict, fault.TooLarge:
		return true
	}
	return false
}

// WithAutoRetryNote adds to an error's message that Ocim retries without help.
func WithAutoRetryNote(cause error) error {
	if fault.IsRetried(cause) {
		return cause
	}
	noted := fault.Wrap(fault.KindOf(cause), cause, "%s. Ocim checks whether it was done and retries automatically", fault.Message(cause))
	noted.Retried = true
	return noted
}
