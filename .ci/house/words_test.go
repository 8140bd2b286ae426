package house

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dialect maps words that this project once used in a sense of its own to what the field
// says instead. Identifiers, comments and texts are searched; "FooBar" counts as two words.
var dialect = map[string]string{
	"wish": "request", "wishes": "requests", "wished": "requested",
	"told": "reported, notified, shown", "tells": "reports, says, shows", "telling": "reporting, notifying",
	"heard": "reported", "anew": "again", "whoever": "a user, a reader, the next caller",
	"doings": "actions", "happenings": "activity", "outlook": "preview", "shelf": "cache", "shelved": "cached",
}

// stored are names that stay as they are, since data that exists has them, and standard
// English with one of the words.
var stored = regexp.MustCompile(`json:"(told|heard)"|"notify-told"|"message":"as told"|cannot be told apart`)

var dialectWords = slices.Collect(maps.Keys(dialect))

var (
	hump = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	last = regexp.MustCompile(`([A-Z])([A-Z][a-z])`) // of capitals in a row
	word = regexp.MustCompile(`[A-Za-z]+`)
)

// dialectIn returns the words of the dialect in a line.
func dialectIn(line string) []string {
	lower := strings.ToLower(line)
	if !slices.ContainsFunc(dialectWords, func(w string) bool { return strings.Contains(lower, w) }) {
		return nil
	}
	var found []string
	line = stored.ReplaceAllString(line, "")
	line = last.ReplaceAllString(hump.ReplaceAllString(line, "$1 $2"), "$1 $2")
	for _, w := range word.FindAllString(line, -1) {
		if dialect[strings.ToLower(w)] != "" {
			found = append(found, w)
		}
	}
	return found
}

func TestDialectIn(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"Wish", "told"}, dialectIn("type BulkWish struct{} // what it was told"))
	assert.Equal(t, []string{"Told"}, dialectIn("func TestPeopleAreTold(t *testing.T) {"))
	assert.Empty(t, dialectIn("chooseANewPassword"))
	assert.Empty(t, dialectIn("	LastSeen time.Time `json:\"heard\"` // shelfish"))
}

// The field's words keep the code readable to people who know the field but not the
// project.
func TestWords_AreTheFields(t *testing.T) {
	t.Parallel()
	const self = ".ci/house/words_test.go"
	for _, name := range tracked(t, "*.go", "frontend/*.ts", "frontend/*.tsx", "frontend/*.css", "*.md", "*.yml", "*.sh") {
		// What follows from the code, and the interface's own list of words.
		if name == self || strings.HasSuffix(name, "schema.d.ts") || strings.HasSuffix(name, "texts/words.test.ts") || strings.Contains(name, "/testdata/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			for _, w := range dialectIn(line) {
				t.Errorf("%s:%d: say %s instead of %q", name, n, dialect[strings.ToLower(w)], w)
			}
		}
	}
}
