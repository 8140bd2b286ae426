package fault

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKindSurvivesWrapping(t *testing.T) {
	cause := errors.New("dial tcp: refused")
	err := fmt.Errorf("listing clusters: %w", Wrap(Unavailable, cause, "GitLab does not answer"))

	assert.Equal(t, Unavailable, KindOf(err))
	assert.True(t, Is(err, Unavailable))
	assert.ErrorIs(t, err, cause)
	assert.Equal(t, "listing clusters: GitLab does not answer: dial tcp: refused", err.Error())
}

func TestOutermostKindWins(t *testing.T) {
	inner := New(NotFound, "no such file")
	assert.Equal(t, Conflict, KindOf(Wrap(Conflict, inner, "the branch moved")))
}

func TestUnclassifiedIsInternal(t *testing.T) {
	assert.Equal(t, Internal, KindOf(errors.New("boom")))
	assert.False(t, Is(nil, Internal))
}

func TestFieldIsNamed(t *testing.T) {
	err := InvalidField("overrides.LMS_HOST", "must be a host name, not %q", "x y")
	assert.Equal(t, `overrides.LMS_HOST: must be a host name, not "x y"`, err.Error())

	taken := err.WithKind(Conflict)
	assert.Equal(t, Conflict, taken.Kind)
	assert.Equal(t, err.Field, taken.Field)
	assert.Equal(t, Invalid, err.Kind, "the original is left alone")
}

func TestMessageKeepsCausesInside(t *testing.T) {
	cause := errors.New("token glpat-123 refused")
	assert.Equal(t, "GitLab refused the token", Message(fmt.Errorf("syncing: %w", Wrap(Forbidden, cause, "GitLab refused the token"))))
	assert.NotContains(t, Message(cause), "glpat")
	assert.NotContains(t, Message(Wrap(Internal, cause, "read key file /run/secret")), "secret")
}

func TestIsRetried_IsOfTheOutermostError(t *testing.T) {
	retried := &Error{Kind: Limited, Message: "Ocim retries automatically", Retried: true}
	assert.True(t, IsRetried(fmt.Errorf("sending: %w", retried)))
	assert.False(t, IsRetried(Wrap(Unavailable, retried, "it did not answer")), "its message does not say so")
	assert.False(t, IsRetried(nil))
}
