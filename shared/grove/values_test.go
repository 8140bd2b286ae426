package grove

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestValues(t *testing.T) {
	for name, tt := range map[string]struct {
		file, text string
		want       []string
	}{
		"under secret keys":    {"config.yml", "PASSWORD: one-two\nLMS_HOST: a.example.org\nAPI_KEY: \"q\\\"uoted\"\n", []string{"one-two", `q"uoted`}},
		"over several lines":   {"config.yml", "PRIVATE_KEY: |\n  first\n  second\n", []string{"first\nsecond\n"}},
		"inside a value":       {"config.yml", "REDIS: redis://user:sesame@host/0\n", []string{"sesame"}},
		"in a comment":         {"config.yml", "A: b\n# OLD_PASSWORD: 'sesame'\n", []string{"sesame"}},
		"behind an alias":      {"config.yml", "B: &x sesame\nTOKEN: *x\n", []string{"sesame"}},
		"nothing":              {"config.yml", "PASSWORD: ''\nDEBUG_KEY: true\n", nil},
		"a list of them":       {"config.yml", "SECRETS: [one, two]\n", []string{"one", "two"}},
		"not YAML":             {"requirements.txt", "git+https://user:sesame@host/x.git\n", []string{"sesame"}},
		"YAML that is damaged": {"config.yml", "PASSWORD: sesame\n\t- [\n", []string{"sesame"}},
		"empty":                {"config.yml", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ElementsMatch(t, tt.want, standard().Values(tt.file, []byte(tt.text)))
		})
	}
}

// Each secret that Mask hides is in one of the values.
func TestValues_CoversWhatMaskHides(t *testing.T) {
	for _, name := range []string{"config.yml", "requirements.txt", "cluster.yml"} {
		text := testdata(t, "mask/"+name)
		values := strings.Join(standard().Values(name, text), "\n")
		for _, canary := range regexp.MustCompile(`canary[-\w]*`).FindAllString(string(text), -1) {
			assert.Contains(t, values, canary, name)
		}
	}
}
