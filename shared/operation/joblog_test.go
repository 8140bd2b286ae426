package operation_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/operation"
)

func TestFirstErrorOfALog(t *testing.T) {
	for file, want := range map[string]string{
		"terraform-lock.log": "│ Error: Error acquiring the state lock",
		"python.log":         "KeyError: 'INSTANCE_NAME'",
		"docker.log":         "#33 12.0 npm ERR! code ERESOLVE",
		"kubectl.log":        `error: deployment "lms" exceeded its progress deadline`,
		"timeout.log":        "ERROR: Job failed: execution took longer than 1h0m0s seconds",
		"stamped.log":        `django.db.utils.OperationalError: (2003, "Can't connect to MySQL server on 'db'")`,
		"success.log":        "",
	} {
		t.Run(file, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("testdata", "logs", file))
			require.NoError(t, err)
			found := operation.FindFirstError(string(raw))
			if want == "" {
				assert.Nil(t, found)
				return
			}
			require.NotNil(t, found)
			assert.Equal(t, want, found.Text)
			line, _, _ := strings.Cut(string(raw)[found.Offset:], "\n")
			assert.Equal(t, want, operation.Plain(line), "the offset leads to the line")
			assert.Equal(t, found.Line, 1+strings.Count(string(raw)[:found.Offset], "\n"))
			assert.Contains(t, found.Context, want)
		})
	}
}

func FuzzFirstErrorStaysInItsLog(f *testing.F) {
	for _, s := range []string{"", "\x1b[31mError: x", "a\r\nERROR: Job failed", "section_start:1:x\rError: y\nz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := operation.FindFirstError(text)
		if found == nil {
			return
		}
		if found.Offset > len(text) || found.Line > 1+strings.Count(text, "\n") || len(found.Text) > 510 {
			t.Fatalf("%+v of %q", found, text)
		}
	})
}
