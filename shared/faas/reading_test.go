package faas

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/access"
)

type marked struct{}

// readsLess reads less for a context that it marked.
type readsLess struct{}

func (readsLess) Authenticate(context.Context, string) (access.Principal, error) {
	return access.Principal{}, nil
}

func (readsLess) ForReading(ctx context.Context) context.Context {
	return context.WithValue(ctx, marked{}, true)
}

// What changes something is authenticated by what the store has now, not by what a
// replica remembers.
func TestForReading_IsForRequestsThatChangeNothing(t *testing.T) {
	t.Parallel()
	for method, reads := range map[string]bool{
		http.MethodGet: true, http.MethodHead: true,
		http.MethodPost: false, http.MethodPut: false, http.MethodPatch: false, http.MethodDelete: false,
	} {
		ctx := forReading(t.Context(), readsLess{}, method)
		assert.Equal(t, reads, ctx.Value(marked{}) != nil, method)
	}
}
