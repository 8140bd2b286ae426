package reconcile

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

// countdown is a context that is canceled once it was looked at so often.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestUnderstand_StopsWhenCanceled(t *testing.T) {
	t.Parallel()
	var sources []fleet.SourceFile
	for i := range 20 {
		sources = append(sources, fleet.SourceFile{Path: fmt.Sprintf("instances/i%02d/config.yml", i), Text: []byte("LMS_HOST: a.example.org\n")})
	}
	what, err := understand(t.Context(), fleet.Project{ID: "campus"}, fleet.Commit{}, sources)
	require.NoError(t, err)
	assert.Len(t, what.instances, 20)
	ctx := &countdown{Context: t.Context(), left: 5}
	_, err = understand(ctx, fleet.Project{ID: "campus"}, fleet.Commit{}, sources)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, -1, ctx.left, "goes on after the end")
}
