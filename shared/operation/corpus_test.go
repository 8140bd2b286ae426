package operation_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// specimen is a configuration of the corpus, with what Ocim must make of it.
type specimen struct {
	Name     string         `yaml:"name"`
	Release  string         `yaml:"release"`
	From     string         `yaml:"from"` // key or file that names the release
	Plugins  []string       `yaml:"plugins"`
	Problems []string       `yaml:"problems"`
	File     string         `yaml:"file"` // that is edited; config.yml unless another is named
	Set      map[string]any `yaml:"set"`
	Was      string         `yaml:"was"`
	Becomes  string         `yaml:"becomes"`
}

// TestCorpus reads and edits configurations in the shapes that people write: all are
// committed to GitLab and synced, one key of each is changed as an operation, and then a
// person takes that back in the editor, which shows no secret.
func TestCorpus(t *testing.T) {
	specimens, files := corpus(t)
	w := operationtest.With(t, fleettest.Spec{Files: files})
	for i, s := range specimens {
		if i%fleettest.Step != 0 {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			s.read(t, w, files)
			s.edit(t, w, files)
		})
	}
	for path, text := range files {
		assert.Equal(t, text, w.File(t, path), "nothing else changed")
	}
}

func corpus(t *testing.T) ([]specimen, map[string]string) {
	t.Helper()
	dir := filepath.Join("testdata", "corpus")
	text, err := os.ReadFile(filepath.Join(dir, "corpus.yml"))
	require.NoError(t, err)
	var specimens []specimen
	require.NoError(t, yaml.Unmarshal(text, &specimens))
	files := map[string]string{}
	for _, s := range specimens {
		for _, name := range grove.InstanceFiles() {
			if text, err := os.ReadFile(filepath.Join(dir, s.Name, name)); err == nil {
				files[grove.InstanceFile(s.Name, name)] = string(text)
			}
		}
	}
	return specimens, files
}

// withSecret recognizes lines that are masked as a whole or in part.
var withSecret = regexp.MustCompile(`(?i)hush|PRIVATE KEY-----`)

// read checks what the sync made of the files.
func (s specimen) read(t *testing.T, w *operationtest.World, files map[string]string) {
	t.Helper()
	row := w.Row(t, s.Name)
	require.NotNil(t, row)
	assert.Equal(t, s.Release, row.Instance.Release)
	var problems []string
	for _, p := range row.Instance.Problems {
		problems = append(problems, fmt.Sprintf("%d: %s", p.Line, p.Message))
	}
	require.Len(t, problems, len(s.Problems), "%s", strings.Join(problems, "\n"))
	for i, want := range s.Problems {
		assert.Contains(t, problems[i], want)
	}
	stored, err := json.Marshal(row)
	require.NoError(t, err)
	assert.NotContains(t, strings.ToLower(string(stored)), "hush")
	shown, err := w.Operations.Configuration(t.Context(), w.Project(t), s.Name, "")
	require.NoError(t, err)
	details := grove.DetailsOf(shown.Files)
	assert.Equal(t, s.From, details.ReleaseFrom)
	assert.Equal(t, s.Plugins, details.Plugins)
	for _, f := range shown.Files {
		assert.NotContains(t, strings.ToLower(f.Text), "hush", f.Path)
		for line := range strings.Lines(files[f.Path]) {
			if s.Set != nil && !withSecret.MatchString(line) {
				assert.True(t, strings.Contains(f.Text, line), "%s masks %q", f.Path, line)
			}
		}
	}
}

// edit changes one line as an operation and takes it back as a person in the editor.
func (s specimen) edit(t *testing.T, w *operationtest.World, files map[string]string) {
	t.Helper()
	if s.File == "" {
		s.File = grove.ConfigFile
	}
	path := grove.InstanceFile(s.Name, s.File)
	before, after := files[path], strings.Replace(files[path], s.Was, s.Becomes, 1)
	if s.Was == "" {
		after = before + s.Becomes
	} else {
		require.Equal(t, 1, strings.Count(before, s.Was))
	}
	update := operation.Request{Kind: fleet.Update, Instance: s.Name}
	for key, value := range s.Set {
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		update.Changes = append(update.Changes, operation.Change{File: s.File, Path: strings.Split(key, "/"), Value: raw})
	}
	if s.Set == nil {
		update.Files = []operation.Edit{{Path: path, Text: after}}
	}
	op := w.Run(t, update)
	require.Equal(t, fleet.Succeeded, op.State, op.Detail)
	require.Equal(t, after, w.File(t, path))
	if s.Set == nil {
		files[path] = after // what cannot be read does not come back
		return
	}
	shown, err := w.Operations.Configuration(t.Context(), w.Project(t), s.Name, "")
	require.NoError(t, err)
	at := slices.IndexFunc(shown.Files, func(f fleet.File) bool { return f.Path == path })
	back := operation.Edit{Path: path, Text: strings.Replace(shown.Files[at].Text, s.Becomes, s.Was, 1)}
	op = w.Run(t, operation.Request{Kind: fleet.Update, Instance: s.Name, BaseCommit: shown.Commit, Files: []operation.Edit{back}})
	require.Equal(t, fleet.Succeeded, op.State, op.Detail)
	require.Equal(t, before, w.File(t, path))
}
