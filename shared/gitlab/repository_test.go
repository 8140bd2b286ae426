package gitlab

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// packed makes an archive as GitLab does. add writes its entries.
func packed(t *testing.T, add func(*tar.Writer)) []byte {
	t.Helper()
	var buf bytes.Buffer
	zip, err := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	require.NoError(t, err)
	w := tar.NewWriter(zip)
	add(w)
	require.NoError(t, w.Close())
	require.NoError(t, zip.Close())
	return buf.Bytes()
}

func put(t *testing.T, w *tar.Writer, name, text string) {
	t.Helper()
	require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}))
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
}

// tight is small enough to be exceeded quickly.
var tight = archiveBounds{bytes: 4 << 20, entries: 100, kept: 10}

func TestUnpack(t *testing.T) {
	const top = "campus-main-abc/"
	files, err := unpack(bytes.NewReader(packed(t, func(w *tar.Writer) {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: top, Mode: 0o755, Typeflag: tar.TypeDir}))
		put(t, w, top+"cluster.yml", "A: 1\n")
		put(t, w, top+"README.md", "x")
		put(t, w, top+"instances/a/config.yml", "B: 2\n")
		put(t, w, top+"instances/a/theme/x.scss", "x")
		put(t, w, top+"instances/../../etc/config.yml", "x")
		put(t, w, top+"instances/b/config.yml", strings.Repeat("x", maxFile+100))
		put(t, w, "cluster.yml", "without the top folder")
		require.NoError(t, w.WriteHeader(&tar.Header{Name: top + "instances/c/config.yml", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink}))
	})), archiveBounds{maxArchive, maxEntries, maxKept})
	require.NoError(t, err)
	require.Len(t, files, 3)
	assert.Equal(t, fleet.SourceFile{Path: "cluster.yml", Text: []byte("A: 1\n")}, files[0])
	assert.Equal(t, "instances/a/config.yml", files[1].Path)
	assert.Len(t, files[2].Text, maxFile, "a long file is cut; its reader says that it is too long")
}

func TestUnpackIsBounded(t *testing.T) {
	bomb := packed(t, func(w *tar.Writer) {
		const size = 16 << 20
		require.NoError(t, w.WriteHeader(&tar.Header{Name: "x/big", Mode: 0o644, Size: size, Typeflag: tar.TypeReg}))
		chunk := make([]byte, 1<<20)
		for range size / len(chunk) {
			_, err := w.Write(chunk)
			require.NoError(t, err)
		}
		put(t, w, "x/cluster.yml", "A: 1\n")
	})
	assert.Less(t, len(bomb), 1<<20)
	many := packed(t, func(w *tar.Writer) {
		for i := range tight.entries + 10 {
			put(t, w, fmt.Sprintf("x/%d", i), "")
		}
	})
	instances := packed(t, func(w *tar.Writer) {
		for i := range tight.kept + 10 {
			put(t, w, fmt.Sprintf("x/instances/i%d/config.yml", i), "")
		}
	})
	for name, archive := range map[string][]byte{"large": bomb, "many": many, "instances": instances} {
		files, err := unpack(bytes.NewReader(archive), tight)
		assert.Nil(t, files, name)
		assert.True(t, fault.Is(err, fault.TooLarge), "%s: %v", name, err)
	}
}

func TestUnpackDamaged(t *testing.T) {
	whole := packed(t, func(w *tar.Writer) {
		for i := range 50 {
			put(t, w, fmt.Sprintf("x/instances/i%d/config.yml", i), fmt.Sprintf("A: %d\n", i*i))
		}
	})
	for name, r := range map[string]io.Reader{
		"empty":      strings.NewReader(""),
		"not zipped": strings.NewReader("<html>sign in</html>"),
		"not an archive": bytes.NewReader(func() []byte {
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			_, _ = w.Write(bytes.Repeat([]byte("x"), 2000))
			_ = w.Close()
			return b.Bytes()
		}()),
		"cut off": bytes.NewReader(whole[:len(whole)/2]),
		"broken":  io.MultiReader(bytes.NewReader(whole[:len(whole)/2]), readerOf(errors.New("reset"))),
	} {
		files, err := unpack(r, archiveBounds{maxArchive, maxEntries, maxKept})
		require.Error(t, err, name)
		assert.Nil(t, files, name)
		assert.True(t, fault.Is(translate(err, "reading the archive"), fault.Unavailable), name)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func readerOf(err error) io.Reader { return failing{err} }

func FuzzUnpack(f *testing.F) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_ = w.Close()
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, archive []byte) {
		files, err := unpack(bytes.NewReader(archive), tight)
		if err != nil && files != nil {
			t.Fatal("files beside an error")
		}
	})
}
