package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure an error is.
type Kind string

// The kinds. The zero Kind is Internal's: an error nobody classified.
const (
	Internal        Kind = "internal"        // a defect of ours, or of something that should not fail
	Invalid         Kind = "invalid"         // the input is wrong; Field says which
	Unauthenticated Kind = "unauthenticated" // nobody proved who they are
	Forbidden       Kind = "forbidden"       // known, but not allowed
	NotFound        Kind = "not_found"       // does not exist, or must not be seen to exist
	Conflict        Kind = "conflict"        // the state moved on, or a name is taken
	TooLarge        Kind = "too_large"       // more than a bound allows
	Limited         Kind = "limited"         // too often; RetryAfter says when
	Upstream        Kind = "upstream"        // a system we depend on refused our credentials or request; a person has to fix that
	Unavailable     Kind = "unavailable"     // something we depend on does not answer; repeat later
)

// Error is a failure with a kind. Message is one plain sentence for a person
// and never holds a secret.
type Error struct {
	Kind       Kind
	Field      string        // path of the offending input, such as "overrides.LMS_HOST"; may be empty
	Message    string        // for a person
	RetryAfter time.Duration // for Limited and Unavailable; 0 when unknown
	Err        error         // the cause, for the log; may be nil
}

// New makes an error of a kind.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// InvalidField makes an Invalid error that names the input it is about.
func InvalidField(field, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error of a kind around its cause.
func Wrap(kind Kind, cause error, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Err: cause}
}

// Error gives the message and the cause.
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

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of the outermost *Error in err's chain, Internal when
// there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// WithKind gives a copy of another kind, such as a Conflict that names a field.
func (e *Error) WithKind(kind Kind) *Error {
	c := *e
	c.Kind = kind
	return &c
}

// Message is what a person may read of an error: the message of the outermost
// *Error, without its causes. An error of no kind says nothing of its inside.
func Message(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Kind != Internal {
		return e.Message
	}
	return "Something inside Ocim failed; its log says more"
}
