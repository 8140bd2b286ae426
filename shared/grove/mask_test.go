package grove

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write golden files")

// golden compares with a file of testdata, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return text
}

func TestMaskGolden(t *testing.T) {
	for _, name := range []string{"config.yml", "requirements.txt", "cluster.yml"} {
		t.Run(name, func(t *testing.T) {
			text := testdata(t, "mask/"+name)
			out := Mask(name, text)
			golden(t, "mask/"+name+".masked", []byte(out))
			assert.NotContains(t, out, "canary")
			assert.Equal(t, out, Mask(name, []byte(out)), "masking twice is masking once")
			back, err := Unmask(name, []byte(out), text)
			require.NoError(t, err)
			assert.Equal(t, string(text), string(back))
		})
	}
}

func TestMask(t *testing.T) {
	const m = MaskText
	tests := []struct{ name, text, want string }{
		{"plain", "PASSWORD: x\n", "PASSWORD: " + m + "\n"},
		{"any case, any part", "myApiKeyId: x\n", "myApiKeyId: " + m + "\n"},
		{"number", "PIN_KEY: 12\n", "PIN_KEY: " + m + "\n"},
		{"nothing to hide", "A_KEY: ~\nB_KEY: false\nC_KEY: ''\nD_KEY:\n", "A_KEY: ~\nB_KEY: false\nC_KEY: ''\nD_KEY:\n"},
		{"a quoted boolean is text", "A_KEY: 'false'\n", "A_KEY: '" + m + "'\n"},
		{"a tag is kept", "A_KEY: !!str 12\n", "A_KEY: !!str " + m + "\n"},
		{"an anchor is kept", "A_KEY: &a x\nB: *a\n", "A_KEY: &a " + m + "\nB: *a\n"},
		{"alias makes an anchor secret", "B: &a x\nA_KEY: *a\n", "B: &a " + m + "\nA_KEY: *a\n"},
		{"tag on its own line", "A_KEY: !!str\n  x\n", "A_KEY: !!str\n  " + m + "\n"},
		{"explicit key", "? A_KEY\n: x\n", "? A_KEY\n: " + m + "\n"},
		{"quoted key", "\"A_KEY\": x\n", "\"A_KEY\": " + m + "\n"},
		{"escaped key", "\"A_\\x4bEY\": x\n", "\"A_\\x4bEY\": " + m + "\n"},
		{"flow map over lines", "A: {b: 1,\n  KEY: x, # KEY: y\n  c: 2}\n", "A: {b: 1,\n  KEY: " + m + ", # KEY: " + m + "\n  c: 2}\n"},
		{"list under a secret key", "KEYS:\n- a\n- [b, {c: d}]\n", "KEYS:\n- " + m + "\n- [" + m + ", {c: " + m + "}]\n"},
		{"block with indicator", "KEY: |2-\n    a\n   b\nX: 1\n", "KEY: |2-\n  " + m + "\nX: 1\n"},
		{"block with comment header", "KEY: | # TOKEN=abc\n  a\n", "KEY: | # TOKEN=" + m + "\n  " + m + "\n"},
		{"empty block", "KEY: |\nX: 1\n", "KEY: |\nX: 1\n"},
		{"keep chomping", "KEY: |+\n  a\n\nX: 1\n", "KEY: |+\n  " + m + "\n\nX: 1\n"},
		{"CRLF", "KEY: x\r\nB: 1\r\n", "KEY: " + m + "\r\nB: 1\r\n"},
		{"byte order mark", "\ufeffKEY: x\n", "\ufeffKEY: " + m + "\n"},
		{"wide characters before", "A: {é: ü, KEY: x}\n", "A: {é: ü, KEY: " + m + "}\n"},
		{"line separator", "A: \"a\u2028 b\"\nKEY: x\n", "A: \"a\u2028 b\"\nKEY: " + m + "\n"},
		{"URL", "A: amqp://u:p@h/x\n", "A: amqp://u:" + m + "@h/x\n"},
		{"URL with @ in the password", "A: amqp://u:p@ss@h/x\n", "A: amqp://u:" + m + "@h/x\n"},
		{"URL with escapes", `A: "amqp:\x2f\x2fu:p@h"` + "\n", `A: "` + m + `"` + "\n"},
		{"URL with a port", "A: https://h:8080/a@b\n", "A: https://h:8080/a@b\n"},
		{"git over ssh", "A: git+ssh://git@h:22/x@v1\n", "A: git+ssh://git@h:22/x@v1\n"},
		{"variable in a map", "A:\n- name: X_TOKEN\n  value: v\n", "A:\n- name: X_TOKEN\n  value: " + m + "\n"},
		{"comment", "# KEY=x\nA: 1 # see TOKEN: y z\n", "# KEY=" + m + "\nA: 1 # see TOKEN: " + m + "\n"},
		{"harmless text", "A: auth:8080\nB: 'x==key'\nC: python-keycloak==3\n", "A: auth:8080\nB: 'x==key'\nC: python-keycloak==3\n"},
		{"known form", "A: glpat-abcdefgh12345678\n", "A: " + m + "\n"},
		{"broken", "A: b\nKEY: 'x\n  y\n", "A: " + m + "\nKEY: " + m + "\n# " + m + "\n"},
		{"not a map", "PASSWORD hunter2\n", "# " + m + "\n"},
		{"a list", "- name: X_TOKEN\n  value: v\n", "# " + m + "\n# " + m + "\n"},
		{"two documents", "A: 1\n---\nKEY: x\n", "A: " + m + "\n# " + m + "\nKEY: " + m + "\n"},
		{"empty", "", ""},
		{"only comments", "# KEY: x\n", "# KEY: " + m + "\n"},
		{"binary", "\x00KEY: x", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Mask("x.yml", []byte(tt.text))
			assert.Equal(t, tt.want, got)
			assert.Equal(t, got, Mask("x.yml", []byte(got)), "idempotent")
			back, err := Unmask("x.yml", []byte(got), []byte(tt.text))
			if tt.name != "binary" {
				require.NoError(t, err)
				assert.Equal(t, tt.text, string(back))
			}
		})
	}
}

func TestIsSecretKey(t *testing.T) {
	for _, key := range []string{
		"MYSQL_ROOT_PASSWORD", "OPENEDX_SECRET_KEY", "api_token", "apiKey", "PRIVATE", "AWS_CREDENTIALS",
		"SOCIAL_AUTH_X", "SENTRY_DSN", "keys",
	} {
		assert.True(t, IsSecretKey(key), key)
	}
	for _, key := range []string{"LMS_HOST", "PLATFORM_NAME", "SMTP_PORT", "PLUGINS", "GROVE_CRON_JOBS", "PASS", ""} {
		assert.False(t, IsSecretKey(key), key)
	}
}

func FuzzMask(f *testing.F) {
	for _, name := range []string{"mask/config.yml", "mask/cluster.yml"} {
		f.Add(testdata(f, name))
	}
	for _, s := range []string{
		"KEY: |\n  a\n", "a: [b, {KEY: c}]\n", "? KEY\n: x\n", "KEY: &a x\nB: *a\n", "- KEY: >2\n    x\n", "KEY: 'x''y' # c\n",
		"A: \"http:\\x2f/u:p@h\"\n", "KEY: !!str\n  &a x\n", "a: b: c", "# KEY: |\n#   x\n", "KEY: a\n  b\n\n  c\n", "<<: {KEY: x}\n", "{KEY: x,\n#\nb: c}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		const file = "x.yml"
		out := Mask(file, text)
		if again := Mask(file, []byte(out)); again != out {
			t.Fatalf("masking is not idempotent:\n%q\n%q\n%q", text, out, again)
		}
		if badByte(text) >= 0 {
			return
		}
		back, err := Unmask(file, []byte(out), text)
		if err != nil || !bytes.Equal(back, text) {
			t.Fatalf("Unmask(Mask(x), x) is not x: %v\n%q\n%q\n%q", err, text, out, back)
		}
		m := newMasked(file, text)
		if m.withheld || m.doc.root == nil {
			return
		}
		if _, ok := m.doc.compare(m.shape); !ok {
			t.Fatalf("the masked text has another shape:\n%q\n%q", text, out)
		}
		for n, secret := range m.doc.secret {
			if secret && n.Kind == yaml.ScalarNode && len(n.Value) > 12 && !holdsNothing(n) && n.Value != MaskText &&
				bytes.Count(text, []byte(n.Value)) == 1 && strings.Contains(out, n.Value) && !keyNodes(m.doc.root)[n] {
				t.Fatalf("a secret is still there: %q\n%q", n.Value, out)
			}
		}
	})
}
