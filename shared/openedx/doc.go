// Package openedx is what Ocim knows of Open edX, Tutor, Grove's plugin and
// Kubernetes, as data: the files in data, one per table, each row with the source it
// was read in. A person who knows Open edX corrects them without reading Go.
//
//   - releases.yml: named releases and the Tutor version that installs each
//   - keys.yml, effects.yml: configuration keys with type, documentation and what
//     changing them causes, per Tutor version (14 to 21 were checked)
//   - secrets.yml: which keys and which texts are secret
//   - notes.yml: keys that people use to leave notes for each other
//
// The package is pure: it reads no file, network or store, and knows no YAML document.
// Package grove applies its tables to files. What Kubernetes reports is put into words by
// reasons.yml beside package diagnose, which runs in the clusters.
package openedx
