// Package openedx is what Ocim knows of Open edX, Tutor, Grove's plugin and
// Kubernetes, as data: the files in data, one per table, each row with the source it
// was read in. A person who knows Open edX corrects them without reading Go.
//
//   - releases.yml: named releases and the Tutor version that installs each
//   - keys.yml, effects.yml: configuration keys with type, documentation and what
//     changing them causes, per Tutor version (14 to 21 were checked)
//   - secrets.yml: which keys and which texts are secret
//   - reasons.yml: what Kubernetes reports, in words, with what to do about it
//
// The package is pure: it reads no file, network or store, and knows no YAML document.
// Package grove applies its tables to files, package diagnose to what a cluster reports.
package openedx
