package grove

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

// TestRead_RefusesWhatSafeLoaderRefuses holds the rules against what PyYAML 6.0.3 itself
// did with each text. testdata/pyyaml.json is its verdicts: yaml.load(text, Loader=SafeLoader)
// returned, or raised an error.
func TestRead_RefusesWhatSafeLoaderRefuses(t *testing.T) {
	var verdicts []struct {
		Text  string `json:"text"`
		Loads bool   `json:"loads"`
	}
	require.NoError(t, json.Unmarshal(testdata(t, "pyyaml.json"), &verdicts))
	require.Greater(t, len(verdicts), 100)
	for _, v := range verdicts {
		doc, problems := Read("config.yml", []byte(v.Text))
		refused := slices.ContainsFunc(problems, func(p fleet.FileProblem) bool { return !p.Warning })
		assert.Equal(t, v.Loads, !refused, "%q: %v", v.Text, problems)
		if refused && doc != nil {
			assert.Positive(t, problems[0].Line, "%q", v.Text)
			assert.Positive(t, problems[0].Column, "%q", v.Text)
		}
	}
}

func TestRead_SaysHowToRepairARefusal(t *testing.T) {
	for text, want := range map[string]string{
		"A: {{ LMS_HOST }}\n": `A template needs quotes`,
		"A: !vault x\n":       "Tutor does not know the tag !vault",
		"A: 2024-02-30\n":     "there is no such day or time",
		"A: b\tc\n":           "Tutor cannot read the tab here",
		"- a\n":               "config.yml must be a map of keys to values, but is a list.",
		"text\n":              "config.yml must be a map of keys to values, but is text.",
	} {
		_, problems := Read("instances/a/config.yml", []byte(text))
		require.Len(t, problems, 1, text)
		assert.Contains(t, problems[0].Message, want)
	}
}

func TestDocument_Check(t *testing.T) {
	for text, want := range map[string]string{
		"ENABLE_HTTPS: maybe\n":                                    "ENABLE_HTTPS must be true or false.",
		"ENABLE_HTTPS: 'false'\n":                                  "without quotes",
		"ENABLE_HTTPS: yes\n":                                      "",
		"ENABLE_HTTPS: \"{{ X }}\"\n":                              "",
		"MYSQL_PORT: abc\n":                                        "MYSQL_PORT must be a whole number.",
		"MYSQL_PORT: '3306'\n":                                     "",
		"PLUGINS: forum\n":                                         "PLUGINS must be a list.",
		"LMS_HOST: https://a.example.org\n":                        "without https://",
		"LMS_HOST: a b\n":                                          "is not the name of a host",
		"LMS_HOST: [a]\n":                                          "must be one text, not a list",
		"MONGODB_HOST: mongodb+srv://a.example.org\n":              "",
		"MFE_HOST: \"apps.{{ LMS_HOST }}\"\n":                      "",
		"LANGUAGE_CODE: no\n":                                      "is read as true or false",
		"LMS_HOSTT: a\n":                                           "Unknown key LMS_HOSTT. Did you mean LMS_HOST?",
		"MY_OWN_THING: a\n":                                        "",
		"GROVE_COMMON_SETTINGS: |\n  A = 1\n":                      "",
		"GROVE_LMS_ENV: {A: b}\n":                                  "",
		"GROVE_LMS_ENV: true\n":                                    "must be block text, a map or a list",
		"PLATFORM_NAME: \"{{ MYSQL_ROOT_PASSWORD }}\"\n":           "PLATFORM_NAME shows the secret MYSQL_ROOT_PASSWORD",
		"PLATFORM_NAME: \"{{ LMS_HOST }}\"\n":                      "",
		"CACHE: \"redis://u:{{ REDIS_PASSWORD }}@h/0\"\n":          "",
		"DB_PASSWORD: \"{{ MYSQL_ROOT_PASSWORD }}\"\n":             "",
		"GROVE_LMS_ENV: |\n  KEY: \"{{ MYSQL_ROOT_PASSWORD }}\"\n": "",
		"CONTACT_EMAIL: nobody\n":                                  "is not an email address",
	} {
		doc, problems := Read("instances/a/config.yml", []byte(text))
		require.Empty(t, problems, text)
		got := doc.Check(20)
		if want == "" {
			assert.Empty(t, got, text)
			continue
		}
		require.Len(t, got, 1, text)
		assert.Contains(t, got[0].Message, want)
		assert.Positive(t, got[0].Line)
		assert.Equal(t, strings.Contains(want, "Did you mean") || strings.Contains(want, "secret") || strings.Contains(want, "email"), got[0].Warning, text)
	}
}

func TestDetails_NotesAndHosts(t *testing.T) {
	files := []fleet.SourceFile{
		inGit("instances/a/config.yml", "AN_IMPORTANT_NOTICE: Do not delete this without asking Ada.\nLMS_HOST: a.example.org\nPREVIEW_LMS_HOST: 'preview.{{ LMS_HOST }}'\nDISCOVERY_HOST: \"discovery.{{LMS_HOST}}\"\nPLUGINS: [mfe, notes]\nNOTES_REPOSITORY: https://x\nGROVE_COMMON_SETTINGS: |\n  FEATURES_X = True\n  API_TOKEN = 'canary'\n"),
		inGit("instances/a/requirements.txt", "tutor[full]>=19,<20\ntutor-contrib-s3==2.3.0 # storage\n"),
	}
	r := ReadInstance("c", nil, "a", files)
	assert.Empty(t, r.Instance.Problems)
	assert.Equal(t, "sumac", r.Instance.Release)
	assert.Equal(t, "requirements.txt", r.Details.ReleaseFrom)
	assert.Equal(t, []Note{{Key: "AN_IMPORTANT_NOTICE", Text: "Do not delete this without asking Ada.", File: "config.yml"}}, r.Details.Notes)
	urls := map[string]string{}
	for _, h := range r.Details.Hosts {
		urls[h.Key] = h.URL
	}
	assert.Equal(t, map[string]string{
		"LMS_HOST": "https://a.example.org", "CMS_HOST": "https://studio.a.example.org", "PREVIEW_LMS_HOST": "https://preview.a.example.org",
		"MFE_HOST": "https://apps.a.example.org", "DISCOVERY_HOST": "https://discovery.a.example.org", "NOTES_HOST": "https://notes.a.example.org",
	}, urls)
	assert.Equal(t, "True", r.Settings["GROVE_COMMON_SETTINGS.FEATURES_X"])
	assert.NotContains(t, r.Settings, "GROVE_COMMON_SETTINGS.API_TOKEN")
	assert.Equal(t, "tutor-contrib-s3==2.3.0", r.Settings["requirements.txt.1"])
	assert.Equal(t, r.Details, DetailsOf(r.Files), "the masked files give the same details")
}
