package function

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// SecretName is the file of the secrets that callers sign with.
const SecretName = "ocim-inspector-secret"

// authenticate lets only signed requests through, before anything of them is
// parsed.
func (f *inspector) authenticate(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	if err := f.verifier.Verify(r); err != nil {
		if !fault.Is(err, fault.Unauthenticated) {
			f.Log.ErrorContext(r.Context(), "a caller cannot be authenticated", "error", err.Error())
		}
		faas.Answer(w, r, err)
		return
	}
	next(ctx)
}

// readSecrets gives the secrets of the file, one a line. A line that is too
// short to be a secret makes all of it wrong, so that it is noticed.
func readSecrets(dir *secret.Directory) ([]secret.Value, error) {
	file, err := dir.Read(SecretName)
	if err != nil {
		return nil, err
	}
	var out []secret.Value
	for line := range strings.Lines(file.Reveal()) {
		text := strings.TrimSpace(line)
		if text == "" {
			continue
		}
		one := secret.New(text)
		if clusterfn.CheckSecret(one) != nil {
			return nil, fault.New(fault.Internal, "the secret %q has a line of less than %d characters", SecretName, clusterfn.MinSecret)
		}
		out = append(out, one)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Internal, "the secret %q has no line", SecretName)
	}
	return out, nil
}
