package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind classifies a failure.
type Kind string

// The kinds. An error without a kind counts as Internal.
const (
	Internal        Kind = "internal"        // a defect in Ocim, or a failure that should not happen
	Invalid         Kind = "invalid"         // the input is wrong; Field says which
	Unauthenticated Kind = "unauthenticated" // the caller did not prove their identity
	Forbidden       Kind = "forbidden"       // the caller is known, but not allowed
	NotFound        Kind = "not_found"       // it does not exist, or the caller may not learn that it exists
	Conflict        Kind = "conflict"        // the state has changed or does not permit this, or a name is taken
	TooLarge        Kind = "too_large"       // larger than a limit allows
	Limited         Kind = "limited"         // too many requests; RetryAfter says when to repeat
	Upstream        Kind = "upstream"        // a system that Ocim depends on refused its credentials or request; a person must fix that
	Unavailable     Kind = "unavailable"     // a system that Ocim depends on does not answer; repeat later
)

// Error is a failure with a kind. Message is one sentence for people and never contains
// a secret.
type Error struct {
	Kind       Kind
	Field      string        // path of the input that is wrong, such as "overrides.LMS_HOST"; may be empty
	Message    string        // for people
	RetryAfter time.Duration // for Limited and Unavailable; 0 when unknown
	Retried    bool          // Ocim retries without help, and Message says so
	Err        error         // the cause, for the log; may be nil
}

// New returns an error of a kind.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// InvalidField returns an Invalid error that names the input that is wrong.
func InvalidField(field, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns an error of a kind with its cause.
func Wrap(kind Kind, cause error, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Err: cause}
}

// Error returns the field, the message and the cause.
func (e *Error) Error() string {
	s := e.Message
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the outermost *Error in err's chain, or Internal when there
// is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// IsRetried reports whether the outermost *Error in err's chain says that Ocim retries
// without help.
func IsRetried(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Retried
}

// WithKind returns a copy with another kind, such as a Conflict that names a field.
func (e *Error) WithKind(kind Kind) *Error {
	c := *e
	c.Kind = kind
	return &c
}

// Message returns the part of an error that people may read: the message of the
// outermost *Error, without its causes. An Internal error has no details.
func Message(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Kind != Internal {
		return e.Message
	}
	return "Something inside Ocim failed; its log says more"
}
