package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/ci/stack"
)

// otherDefaults are defaults of the stack files that differ on purpose.
var otherDefaults = map[string]string{}

// Each function is given exactly the variables that its Config reads, under the same
// name and with the same default.
func TestStackFiles_PassEveryVariable(t *testing.T) {
	t.Parallel()
	root, err := repository()
	require.NoError(t, err)
	deployed, err := loadReaders(root, functions...)
	require.NoError(t, err)
	const set = "from-the-environment"
	for _, file := range stackFiles {
		unset, err := stack.Read(filepath.Join(root, file), stack.Unset)
		require.NoError(t, err)
		passed, err := stack.Read(filepath.Join(root, file), func(name string) string {
			if strings.HasSuffix(name, "_SECRETS") {
				return ""
			}
			return set
		})
		require.NoError(t, err)
		for name, function := range unset.Functions {
			read := map[string]bool{}
			for _, v := range deployed[name] {
				read[v.name] = true
				value, isPassed := function.Environment[v.name]
				if notInStack[v.name] != "" {
					assert.Falsef(t, isPassed, "%s: %s passes %s, although %s", file, name, v.name, notInStack[v.name])
					continue
				}
				want := v.byDefault
				if other, differs := otherDefaults[v.name]; differs {
					want = other
				}
				if !assert.Truef(t, isPassed, "%s: add to %s\n      %s: ${%s:-%s}", file, name, v.name, v.name, want) {
					continue
				}
				assert.Equalf(t, want, value, "%s: the default of %s in %s", file, v.name, name)
				assert.Equalf(t, set, passed.Functions[name].Environment[v.name], "%s: %s must be set by a variable of the same name in %s", file, v.name, name)
			}
			for variable := range function.Environment {
				if strings.HasPrefix(variable, "OCIM_") {
					assert.Truef(t, read[variable], "%s passes %s to %s, which does not read it", file, variable, name)
				}
			}
		}
	}
}

// A stack file reads nothing that configuration.md does not explain.
func TestStackVariables_AreExplained(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, file := range stackFiles {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, file)), 0o755))
		text := "image: ${OCIM_IMAGES:-a}/${OCIM_VERSION:-b}/${OCIM_REVISION:-}/${OPENFAAS_URL:-}/${OCIM_AWS_CREDENTIALS_FILE:-}/${OCIM_TABLE:-ocim}"
		require.NoError(t, os.WriteFile(filepath.Join(root, file), []byte(text), 0o600))
	}
	own, err := stackVariables(root, []variable{{name: "OCIM_TABLE"}})
	require.NoError(t, err)
	assert.Len(t, own, len(stackTexts))
	assert.Equal(t, "a", own[1].byDefault)
	_, err = stackVariables(root, nil)
	assert.ErrorContains(t, err, "stack.yml reads OCIM_TABLE: say in stackTexts")
	require.NoError(t, os.WriteFile(filepath.Join(root, stackFiles[0]), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(root, stackFiles[1]), nil, 0o600))
	_, err = stackVariables(root, nil)
	assert.ErrorContains(t, err, "no stack file reads OCIM_AWS_CREDENTIALS_FILE")
}

func TestLoadReaders_NamesAnUndocumentedField(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ field, wrong string }{
		"no desc": {"A string `envconfig:\"A\"`", "OCIM_A"},
		"no tag":  {"A string", "A has no envconfig tag"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.org/f\n\ngo 1.26\n"), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "f.go"), []byte("package f\n\ntype Config struct {\n\t"+c.field+"\n}\n"), 0o600))
			_, err := loadReaders(dir, ".")
			assert.ErrorContains(t, err, c.wrong)
		})
	}
}

func TestMerge_RefusesTwoDefaults(t *testing.T) {
	t.Parallel()
	_, err := readers{
		"one":   {{name: "OCIM_A", byDefault: "1", description: "a"}},
		"other": {{name: "OCIM_A", byDefault: "2", description: "a"}},
	}.merge()
	assert.ErrorContains(t, err, "one and other declare OCIM_A differently")

	merged, err := readers{
		"one":   {{name: "OCIM_B", description: "b"}, {name: "OCIM_A", description: "a"}},
		"other": {{name: "OCIM_A", description: "a"}},
	}.merge()
	require.NoError(t, err)
	assert.Equal(t, []variable{
		{name: "OCIM_A", description: "a", readers: []string{"one", "other"}},
		{name: "OCIM_B", description: "b", readers: []string{"one"}},
	}, merged)
}

// A row with a bar would break the table.
func TestRow_EscapesBars(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	row(&b, "a|b", "c")
	assert.Equal(t, "| a\\|b | c |\n", b.String())
}
