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
			back, err := standard().Unmask(name, []byte(out), text)
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
		{"URL with escapes", `A: "amqp:\x2f\x2fu:p@h"` + "\n", `A: "amqp:\x2f\x2fu:` + m + `@h"` + "\n"},
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
		{"whole words", "GROVE_NEW_MFES:\n  authoring:\n    port: 2001\n  monkey: x\n", "GROVE_NEW_MFES:\n  authoring:\n    port: 2001\n  monkey: x\n"},
		{"harmless below an ambiguous key", "JWT_AUTH:\n  JWT_ISSUER: x\n  JWT_SECRET: y\n  other: z\n", "JWT_AUTH:\n  JWT_ISSUER: x\n  JWT_SECRET: " + m + "\n  other: " + m + "\n"},
		{"pass in a map", "A: {pass: x, user: y}\n", "A: {pass: " + m + ", user: y}\n"},
		{"pass in JSON", "A: '{\"user\": \"u\", \"pass\": \"x\"}'\n", "A: '{\"user\": \"u\", \"pass\": " + m + "'\n"},
		{"flag in a script", "A: |\n  curl --api-key abc -o x\n", "A: |\n  curl --api-key " + m + " -o x\n"},
		{"flag with quotes", "A: |\n  run --password 'a b' -v\n", "A: |\n  run --password '" + m + "' -v\n"},
		{"flag of curl", "A: curl -u bob:hunter2 https://h\n", "A: curl -u bob:" + m + " https://h\n"},
		{"flag of a database client", "A: |\n  mysql -u root -pabc -h db\n  /usr/bin/mysqldump -p'a b' name\n  mysql -p name | tar -pcf x\n", "A: |\n  mysql -u root -p" + m + " -h db\n  /usr/bin/mysqldump -p'" + m + "' name\n  mysql -p name | tar -pcf x\n"},
		{"flag with the password apart", "A: sshpass -p abc ssh host -p 22\nB: redis-cli -a abc ping\n", "A: sshpass -p " + m + " ssh host -p 22\nB: redis-cli -a " + m + " ping\n"},
		{"flag in a list", "args: [--token, abc, --verbose, def]\n", "args: [--token, " + m + ", --verbose, def]\n"},
		{"no scheme", "A: bob:hunter2@db.example.org:3306/x\n", "A: bob:" + m + "@db.example.org:3306/x\n"},
		{"an image's digest", "A: openedx:teak@sha256:abcd\n", "A: openedx:teak@sha256:abcd\n"},
		{"a mail address", "A: mailto:bob@example.org\n", "A: mailto:bob@example.org\n"},
		{"connection string", "A: Server=db;Uid=x;Pwd=hunter2\n", "A: Server=db;Uid=x;Pwd=" + m + "\n"},
		{"signed address", "A: https://h/x?sig=abc&se=1\nB: https://h/x?X-Amz-Signature=ab&y=1\n", "A: https://h/x?sig=" + m + "&se=1\nB: https://h/x?X-Amz-Signature=" + m + "&y=1\n"},
		{"Kubernetes reference", "A: {secretName: tls-cert, host: x}\n", "A: {secretName: tls-cert, host: x}\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Mask("x.yml", []byte(tt.text))
			assert.Equal(t, tt.want, got)
			assert.Equal(t, got, Mask("x.yml", []byte(got)), "idempotent")
			back, err := standard().Unmask("x.yml", []byte(got), []byte(tt.text))
			if tt.name != "binary" {
				require.NoError(t, err)
				assert.Equal(t, tt.text, string(back))
			}
		})
	}
}

// TestMask_Values has texts that are secret by themselves, and texts that only look
// like it, under a key that says nothing.
func TestMask_Values(t *testing.T) {
	word := func(n int) string { return strings.Repeat("aB3x", n)[:n] }
	secret := []string{
		"glpat-" + word(20), "glptt-" + word(20), "gldt-" + word(20), "glrt-" + word(20), "ghp_" + word(36), "gho_" + word(36), "ghs_" + word(36), "ghr_" + word(36), "ghu_" + word(36),
		"github_pat_" + word(40), "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "xoxb-1234567890-" + word(20), "xoxp-1234567890-" + word(20), "xapp-x xoxe-" + word(20),
		"https://hooks.slack.com/services/T0/B0/" + word(24), "https://discord.com/api/webhooks/123/" + word(30), "https://discordapp.com/api/webhooks/123/" + word(30),
		"https://acme.webhook.office.com/webhookb2/" + word(30), "https://prod-1.westeurope.logic.azure.com/workflows/" + word(30), "https://chat.example.org/hooks/" + word(26),
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0." + word(20), "sk_live_" + word(24), "sk_test_" + word(24), "rk_live_" + word(24), "whsec_" + word(24), "sk-" + word(40), "sk-proj-" + word(40),
		"SG." + word(22) + "." + word(43), "AIza" + word(35), "GOCSPX-" + word(24), "key-0123456789abcdef0123456789abcdef", "npm_" + word(36), "pypi-" + word(40), "dckr_pat_" + word(24), "dop_v1_" + strings.Repeat("0a", 32),
		"hf_" + word(34), "$2y$10$" + word(50), "$2b$12$" + word(50), "bob:$apr1$" + word(8) + "$" + word(22), "$6$" + word(40), "$argon2id$v=19$m=1,t=2,p=1$" + word(22), "pbkdf2_sha256$260000$" + word(22), "{SHA}" + word(27) + "=",
		"postgres:" + word(9) + "@db.example.org", "https://bob:" + word(9) + "@h/x", "https://" + word(20) + "@h/x", "https://h/x?sig=" + word(20), "https://h/x?a=b&X-Amz-Signature=" + word(20),
		"Driver=x;Pwd=" + word(9), "curl --api-key " + word(9), "mysql --password=" + word(9), "curl -u bob:" + word(9) + " h", "Authorization: Bearer " + word(9),
	}
	assert.GreaterOrEqual(t, len(secret), 40)
	for _, value := range secret {
		got := Mask("x.txt", []byte("run "+value))
		assert.Contains(t, got, MaskText, value)
		for _, canary := range []string{word(8), "IOSFODNN7", "eyJhbGci", "0123456789abcdef", "0a0a0a"} {
			assert.NotContains(t, got, canary, value)
		}
	}
	harmless := []string{
		"https://github.com/openedx/edx-platform.git", "git@github.com:openedx/x.git", "git+ssh://git@h:22/x@v1", "git+https://github.com/overhangio/tutor.git@ulmo", "docker.io/overhangio/openedx:17.0.0",
		"registry.example.org:5000/a/b:teak.2", "openedx:teak@sha256:0123456789abcdef", "studio.demo.example.org", "contact@example.org", "mailto:contact@example.org", "npm:react@17.0.2", "python-keycloak==3.0",
		"tutor[full]>=19,<20", "https://h:8080/a@b", "http://localhost:18000/oauth2", "redis://redis:6379/0", "0 3 * * *", "2026-01-02T10:11:12Z", "10:30", "en-us", "#15376D", "{{ LMS_HOST }}", "apps.{{ LMS_HOST }}",
		"https://www.example.org/?page=2&lang=en", "task-12345678", "sketch-a-long-hyphenated-name", "ask-for-something-long-enough", "disk-size-of-the-database", "SGML", "keyboard layout", "author: Ada", "authoring=true",
		"passing_grade: 0.5", "monkey=1", "tokenizer: spacy", "compass: north", "session_cookie_domain: .example.org", "S3_SIGNATURE_VERSION=s3v4", "MONGODB_AUTH_SOURCE: admin", "JWT_ISSUER = 'x'",
		"key_prefix: tutor", "def author(x):", "x = y == z", "ENABLE_HTTPS: true", "ghost in the shell", "a/b/c/hooks/x", "xoxo",
	}
	assert.GreaterOrEqual(t, len(harmless), 40)
	for _, value := range harmless {
		assert.Equal(t, value, Mask("x.txt", []byte(value)))
	}
}

// TestMask_Linear doubles texts that are made to be slow and counts the bytes that are
// looked at.
func TestMask_Linear(t *testing.T) {
	for name, piece := range map[string]string{
		"addresses": "a://", "addresses with users": "a://b:c@", "separators": "=:", "assignments": "a=", "secret names": "KEY", "names": strings.Repeat("k", 200) + ":", "spaces": "a" + strings.Repeat(" ", 40) + "=",
		"quotes": `"'])`, "at": "@", "users": "a:b@", "long users": strings.Repeat("u", 300) + "@", "flags": " -a", "open quotes": ` --token "`, "parameters": "?sig=&",
		"web tokens": "eyJ", "web tokens with hyphens": "eyJ-", "mail keys": "SG.", "dashes": "-----BEGIN ", "hashes": "$2a$", "keys": "sk-", "brackets": "{{ ", "words": "password ", "lines": "a: b\n", "secret lines": "KEY: x\n", "hash lines": "# x\n",
	} {
		small, large := strings.Repeat(piece, (64<<10)/len(piece)), strings.Repeat(piece, (128<<10)/len(piece))
		_, a := standard().scan(small)
		_, b := standard().scan(large)
		assert.Less(t, b, 3*a, name)
		assert.Less(t, b, 40*len(large), name)
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
		back, err := standard().Unmask(file, []byte(out), text)
		if err != nil || !bytes.Equal(back, text) {
			t.Fatalf("Unmask(Mask(x), x) is not x: %v\n%q\n%q\n%q", err, text, out, back)
		}
		m := standard().masked(file, text)
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
