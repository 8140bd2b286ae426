// Package refusal says what it means when GitLab refuses a request: whether the
// request passes later without help, passes after a setting was changed, can never
// pass, or may have been carried out after all.
//
// Classify is a pure function of the call, the status and GitLab's own words. It
// knows the words of GitLab's source; each row of its table names the file. A
// Refusal travels as a value inside an error: From finds it. Its Cure names the
// setting, its place in GitLab's menus and the role that may change it, and the
// manual (shared/docs/gitlab.md) has a section for each Reason with a cure.
//
// Guarantees: GitLab's words are never replaced by a guess. A cure is given only
// for words that GitLab uses for nothing else, or after With verified it.
package refusal
