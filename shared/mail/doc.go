// Package mail sends Ocim's letters: it words them from embedded templates, as
// plain text and as HTML without anything that is loaded or tracked, and hands
// them to an SMTP server or, on one machine, to a folder of .eml files.
package mail
