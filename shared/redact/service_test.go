package redact_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/redact"
)

// world is a repository with its files by commit.
type world struct {
	files map[string]map[string]string
	calls int
	err   error
}

func (w *world) SyncRecord(context.Context, string) (fleet.SyncRecord, error) {
	return fleet.SyncRecord{State: fleet.SyncState{Commit: "head"}}, nil
}

func (w *world) ClusterFiles(context.Context, string) (fleet.Files, error) {
	return fleet.Files{Files: []fleet.File{{Path: "cluster.yml"}, {Path: "defaults/config.yml"}}}, nil
}

func (w *world) Texts(_ context.Context, sha string, paths []string) (files []fleet.SourceFile, err error) {
	w.calls++
	for _, p := range paths {
		if text, ok := w.files[sha][p]; ok {
			files = append(files, fleet.SourceFile{Path: p, Text: []byte(text)})
		}
	}
	return files, w.err
}

func newWorld() (*world, *redact.Service) {
	w := &world{files: map[string]map[string]string{
		"head": {
			"cluster.yml":                "TF_VAR_DB_PASSWORD: of-the-cluster\n",
			"defaults/config.yml":        "SMTP_PASSWORD: of-the-defaults\n",
			"instances/alpha/config.yml": "DB_PASSWORD: of-alpha-now\nLICENSE: own-license\n",
			"instances/beta/config.yml":  "DB_PASSWORD: of-beta-now\n",
		},
		"before": {"instances/alpha/config.yml": "DB_PASSWORD: of-alpha-then\n"},
	}}
	return w, &redact.Service{Store: w, Open: func(context.Context, fleet.Project) (redact.Remote, error) { return w, nil }}
}

func TestOf_CoversTheInstancesAndWhatTheyShare(t *testing.T) {
	w, s := newWorld()
	project := fleet.Project{ID: "campus"}
	r, err := s.Of(t.Context(), project, []string{"alpha", "alpha"}, "before", "", "head")
	require.NoError(t, err)
	for _, hidden := range []string{"of-the-cluster", "of-the-defaults", "of-alpha-now", "of-alpha-then"} {
		assert.Equal(t, strings.Repeat("*", len(hidden)), r.Mask(hidden))
	}
	assert.Equal(t, "of-beta-now own-license", r.Mask("of-beta-now own-license"))
	assert.Equal(t, 2, w.calls, "one for each commit")

	_, err = s.Of(t.Context(), fleet.Project{ID: "campus", Contract: &fleet.Contract{}}, []string{"alpha"}, "before")
	require.NoError(t, err)
	assert.Equal(t, 2, w.calls, "a log that is followed costs no call")

	project.Contract = &fleet.Contract{Secrets: fleet.SecretRules{Mask: []string{"LICENSE"}}}
	r, err = s.Of(t.Context(), project, []string{"alpha", "beta"})
	require.NoError(t, err)
	assert.Equal(t, "*********** ***********", r.Mask("of-beta-now own-license"), "by the project's own rules")
}

func TestOf_RefusesWhatItCannotMask(t *testing.T) {
	w, s := newWorld()
	w.err = errors.New("GitLab is down")
	_, err := s.Of(t.Context(), fleet.Project{ID: "campus"}, []string{"alpha"})
	assert.True(t, fault.Is(err, fault.Unavailable), err)
	w.err = nil
	_, err = s.Of(t.Context(), fleet.Project{ID: "campus"}, []string{"alpha"})
	require.NoError(t, err, "a failure is not kept")

	var many []string
	for n := range 101 {
		many = append(many, fmt.Sprint("i", n))
	}
	_, err = s.Of(t.Context(), fleet.Project{ID: "campus"}, many)
	assert.True(t, fault.Is(err, fault.TooLarge), err)
}

// What a process keeps is bounded, whatever it is asked for.
func TestOf_ForgetsTheOldest(t *testing.T) {
	w, s := newWorld()
	for n := range 6 {
		sha := fmt.Sprint("c", n)
		w.files[sha] = map[string]string{"instances/alpha/config.yml": "DB_PASSWORD: \"" + random(uint64(n)) + "\"\n"}
		_, err := s.Of(t.Context(), fleet.Project{ID: "campus"}, []string{"alpha"}, sha)
		require.NoError(t, err)
	}
	calls := w.calls
	_, err := s.Of(t.Context(), fleet.Project{ID: "campus"}, []string{"alpha"}, "c5")
	require.NoError(t, err)
	assert.Equal(t, calls, w.calls)
	_, err = s.Of(t.Context(), fleet.Project{ID: "campus"}, []string{"alpha"}, "c0")
	require.NoError(t, err)
	assert.Equal(t, calls+2, w.calls)
}

// random is a text that shares no long beginning with others.
func random(seed uint64) string {
	source := rand.New(rand.NewPCG(seed, 1))
	text := make([]byte, 64_000)
	for i := range text {
		text[i] = byte('a' + source.IntN(26))
	}
	return string(text)
}
