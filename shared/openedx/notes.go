package openedx

import (
	"strings"
	"sync"
)

var noteWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for _, row := range mustLoad[[]struct {
		Word   string `yaml:"word"`
		Source string `yaml:"source"`
	}]("notes.yml") {
		words[row.Word] = true
	}
	return words
})

// IsNote reports whether a key of config.yml or grove.yml is a note that a person left
// for others: a key that is not known, with a word such as NOTICE, and a text of several
// words.
func IsNote(key, value string) bool {
	if _, known := LookupKey(configFile, key, 0); known || len(strings.Fields(value)) < 2 {
		return false
	}
	found := false
	eachWord(key, func(word string) { found = found || noteWords()[word] })
	return found
}
