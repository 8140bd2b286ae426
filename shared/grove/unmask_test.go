package grove

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
)

// hidden writes • for the mask, to keep tables readable.
func hidden(s string) string { return strings.ReplaceAll(s, "•", MaskText) }

func TestUnmask(t *testing.T) {
	tests := []struct{ name, original, edited, want string }{
		{"other keys change", "A: 1\nKEY: x # c\n", "A: 2\nB: 3\nKEY: • # c\n", "A: 2\nB: 3\nKEY: x # c\n"},
		{"order changes", "A: 1\nKEY: x\n", "KEY: •\nA: 1\n", "KEY: x\nA: 1\n"},
		{"a secret is replaced", "KEY: x\nTOKEN: y\n", "KEY: new\nTOKEN: •\n", "KEY: new\nTOKEN: y\n"},
		{"a secret is removed", "KEY: x\nTOKEN: y\n", "TOKEN: •\n", "TOKEN: y\n"},
		{"a number stays one", "KEY: 12\nA: 1\n", "KEY: •\nA: 2\n", "KEY: 12\nA: 2\n"},
		{"quotes were taken away", "KEY: 'a''b'\nA: 1\n", "KEY: •\n", "KEY: 'a''b'\n"},
		{"quotes were added", "KEY: a b\nA: 1\n", "KEY: \"•\"\n", "KEY: a b\n"},
		{"plain over lines", "KEY: a\n  b\nA: 1\n", "A: 2\nKEY: •\n", "A: 2\nKEY: a\n  b\n"},
		{"block", "KEY: |\n  a\n\n  b\nA: 1\n", "A: 2\nKEY: |\n  •\n", "A: 2\nKEY: |\n  a\n\n  b\n"},
		{"block of another indentation", "KEY: |\n  a\n  b\n", "A: 1\nKEY: |\n      •\n", "A: 1\nKEY: \"a\\nb\\n\"\n"},
		{"block became plain", "KEY: |-\n  a\n  b\n", "A: 1\nKEY: •\n", "A: 1\nKEY: \"a\\nb\"\n"},
		{"flow", "A: {KEY: x, b: 1}\n", "A: {b: 2, KEY: •}\n", "A: {b: 2, KEY: x}\n"},
		{"flow from block", "A:\n  KEY: x, y\n", "B: 1\nA: {KEY: •}\n", "B: 1\nA: {KEY: \"x, y\"}\n"},
		{"anchor", "A: &a x\nKEY: *a\n", "B: 1\nA: &a •\nKEY: *a\n", "B: 1\nA: &a x\nKEY: *a\n"},
		{"list item found by its form", "U:\n- {n: a, key: x}\n- {n: b, key: y}\n", "U:\n- {n: b, key: •}\n", "U:\n- {n: b, key: y}\n"},
		{"list items change places", "U:\n- {n: a, key: x}\n- {n: b, key: y}\n", "U:\n- {n: b, key: •}\n- {n: a, key: •}\n", "U:\n- {n: b, key: y}\n- {n: a, key: x}\n"},
		{"list of the same length", "KEYS: [a, b]\nA: 1\n", "KEYS: [•, c]\nA: 1\n", "KEYS: [a, c]\nA: 1\n"},
		{"URL, other host", "R: redis://u:p@old/0\n", "R: redis://u:•@new/1\n", "R: redis://u:p@new/1\n"},
		{"URL, other secret", "R: redis://u:p@old/0\nKEY: x\n", "R: redis://u:new@old/0\nKEY: •\n", "R: redis://u:new@old/0\nKEY: x\n"},
		{"script, other line", "S: |\n  export TOKEN=x\n  run\n", "S: |\n  export TOKEN=•\n  run --fast\n", "S: |\n  export TOKEN=x\n  run --fast\n"},
		{"comment", "# KEY: x\nA: 1\n", "A: 2\n# KEY: •\nB: 3\n", "A: 2\n# KEY: x\nB: 3\n"},
		{"comments of one form, all there", "# KEY: x\nA: 1\n# KEY: y\nB: 1\n", "# KEY: •\nA: 2\n# KEY: •\nB: 1\n", "# KEY: x\nA: 2\n# KEY: y\nB: 1\n"},
		{"nothing masked", "KEY: x\n", "KEY: y\n", "KEY: y\n"},
		{"nothing masked, broken before", "KEY: 'x\n", "KEY: y\n", "KEY: y\n"},
		{"mask in the original", "A: •\n", "A: •\nB: 1\n", "A: •\nB: 1\n"},
		{"merge", "b: &b {KEY: x}\nm:\n  <<: *b\n", "b: &b {KEY: •, c: 1}\nm:\n  <<: *b\n", "b: &b {KEY: x, c: 1}\nm:\n  <<: *b\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := standard().Unmask("config.yml", []byte(hidden(tt.edited)), []byte(hidden(tt.original)))
			require.NoError(t, err)
			assert.Equal(t, hidden(tt.want), string(got))
		})
	}
}

func TestUnmaskRefuses(t *testing.T) {
	tests := []struct{ name, original, edited, field, message string }{
		{"new key", "KEY: x\n", "KEY: •\nNEW_KEY: •\n", "NEW_KEY", "line 2, column 10"},
		{"renamed key", "A_KEY: x\n", "B_KEY: •\n", "B_KEY", "line 1, column 8"},
		{"nested", "A:\n  KEY: x\n", "A:\n  KEY: •\n  c:\n    TOKEN: •\n", "A.c.TOKEN", "line 4, column 12"},
		{"shown under a key that is no secret", "KEY: x\nA: 1\n", "KEY: •\nA: •\n", "A", "line 2, column 4"},
		{"URL turned into its password", "R: redis://u:p@h/0\n", "R: •\n", "R", "line 1"},
		{"password moved to another part of the URL", "R: redis://u:p@h/0\n", "R: redis://u:x@h/•\n", "R", "line 1"},
		{"scheme that shows it", "R: redis://u:p@h/0\n", "R: 'redis //u:•@h/0'\n", "R", "line 1"},
		{"secret line moved out of its block", "S: |\n  KEY: |\n    x\n  run\n", "S: |\n  echo\n    •\n  run\n", "", "moved or its surroundings"},
		{"comment changed", "# KEY: x\nA: 1\n", "# see •\nA: 1\n", "comment", "line 1, column 1"},
		{"comments cannot be told apart", "# KEY: x\nA: 1\n# KEY: y\n", "A: 1\n# KEY: •\n", "comment", "line 2, column 1"},
		{"list got shorter", "KEYS: [a, b]\n", "KEYS: [•]\n", "KEYS.0", "line 1, column 8"},
		{"map instead of text", "KEY: x\n", "KEY: {a: •}\n", "KEY.a", "line 1, column 10"},
		{"mask with more", "KEY: x\n", "KEY: a•\n", "KEY", "line 1"},
		{"broken original", "KEY: 'x\n", "KEY: •\nB: 1\n", "", "repair it in GitLab"},
		{"broken edit", "KEY: x\n", "KEY: •\nB: [\n", "", "line 2"},
		{"no original", "", "KEY: •\n", "KEY", "line 1, column 6"},
		{"written as an escape", "KEY: x\n", `A: "` + strings.Repeat(`\u2022`, 8) + `"`, "A", "line 1, column 4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := standard().Unmask("config.yml", []byte(hidden(tt.edited)), []byte(tt.original))
			assert.Nil(t, got)
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			assert.Equal(t, fault.Invalid, f.Kind)
			assert.Equal(t, tt.field, f.Field)
			assert.Contains(t, f.Message, tt.message)
		})
	}
}

func TestUnmaskText(t *testing.T) {
	original := "tutor==19.0.0\n--extra-index-url https://u:hunter2@pypi.example.org/simple\n"
	got, err := standard().Unmask("requirements.txt", []byte(hidden("tutor==20.0.1\n--extra-index-url https://u:•@pypi.example.org/simple\n")), []byte(original))
	require.NoError(t, err)
	assert.Equal(t, strings.Replace(original, "19.0.0", "20.0.1", 1), string(got))
	_, err = standard().Unmask("requirements.txt", []byte(hidden("tutor==20.0.1\n\n•\n")), []byte(original))
	require.Error(t, err)
	assert.Contains(t, err.Error(), "line 3, column 1")
}

func FuzzUnmask(f *testing.F) {
	f.Add([]byte("KEY: x\nA: 1\n"), []byte(hidden("KEY: •\nA: 2\n")))
	f.Add([]byte("R: redis://u:p@h/0\n"), []byte(hidden("R: redis://u:•@x/0\n")))
	f.Add([]byte("# KEY: x\nKEYS: [a, b]\n"), []byte(hidden("# KEY: •\nKEYS: [•, •]\n")))
	f.Fuzz(func(t *testing.T, original, edited []byte) {
		got, err := standard().Unmask("x.yml", edited, original)
		if err != nil {
			return
		}
		// Whatever comes back shows no more, once masked, than the edit did.
		if now, then := Mask("x.yml", got), Mask("x.yml", edited); strings.Count(now, MaskText) < strings.Count(then, MaskText) && string(got) != string(original) {
			t.Fatalf("a secret became readable:\n%q\n%q\n%q", original, edited, got)
		}
	})
}
