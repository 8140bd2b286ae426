package joblog_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/gitlab/joblog"
)

// find looks through a log that comes in parts.
func find(text string, part int) *joblog.FirstError {
	var f joblog.Finder
	for piece := range slices.Chunk([]byte(text), part) {
		_, _ = f.Write(piece)
	}
	return f.Found()
}

// A log of 50 MB does not enter memory: neither its lines nor one line without end.
func TestLargeLogIsLookedThroughInBoundedMemory(t *testing.T) {
	for name, filler := range map[string]string{
		"lines":    strings.Repeat("#12 4.321 copying some file to some other place, which went well\n", 1000),
		"one line": strings.Repeat("progress............................................................", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			var f joblog.Finder
			write := func(text string) {
				_, err := f.Write([]byte(text))
				require.NoError(t, err)
			}
			write("before\nError: the first of all\nafter\n")
			chunk := []byte(filler)
			var start, end runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&start)
			for f.Size() < 50<<20 {
				_, _ = f.Write(chunk)
			}
			write("\nError: the last\n")
			runtime.GC()
			runtime.ReadMemStats(&end)
			found := f.Found()
			require.NotNil(t, found)
			assert.Equal(t, "Error: the first of all", found.Text)
			assert.EqualValues(t, 2, found.Line)
			assert.EqualValues(t, 7, found.Offset)
			assert.Equal(t, []string{"before", "Error: the first of all", "after"}, found.Context[:3])
			assert.Less(t, int64(end.HeapAlloc)-int64(start.HeapAlloc), int64(1<<20))
		})
	}
}

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
			found := find(string(raw), 7)
			assert.Equal(t, found, find(string(raw), 1<<20), "however it comes in")
			if want == "" {
				assert.Nil(t, found)
				return
			}
			require.NotNil(t, found)
			assert.Equal(t, want, found.Text)
			line, _, _ := strings.Cut(string(raw)[found.Offset:], "\n")
			assert.Equal(t, want, joblog.Plain(line), "the offset leads to the line")
			assert.EqualValues(t, found.Line, 1+strings.Count(string(raw)[:found.Offset], "\n"))
			assert.Contains(t, found.Context, want)
		})
	}
}

func FuzzFirstErrorStaysInItsLog(f *testing.F) {
	for _, s := range []string{"", "\x1b[31mError: x", "a\r\nERROR: Job failed", "section_start:1:x\rError: y\nz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := find(text, 5)
		if found == nil {
			return
		}
		if found.Offset > int64(len(text)) || found.Line > int64(1+strings.Count(text, "\n")) || len(found.Text) > 510 {
			t.Fatalf("%+v of %q", found, text)
		}
	})
}
