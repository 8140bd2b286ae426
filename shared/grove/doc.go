// Package grove says what a Grove repository means, and how Grove is spoken to.
// It is pure: text in, values out; nothing here calls a network or a store.
//
// Reading: ReadCluster and ReadInstance turn the files of a repository into
// facts, a flat map for search and masked text. A broken file gives problems
// with line and column and spoils nothing else.
//
// Secrets: a value is secret when any key above it matches the rule of IsSecretKey, or
// when it is a credential inside a text (a URL's password, `TOKEN=x` in a script
// or a comment). Mask replaces secrets in place, Unmask gives an edited text
// its secrets back, and Flatten leaves them out.
//
// Writing: Plan turns an operation into the GitLab call that the project's
// contract defines, ParseMessage reads commit messages back, and Set and Unset
// change one value of a file without touching anything else.
package grove
