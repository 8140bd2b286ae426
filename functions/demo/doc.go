// Command demo runs the demonstration: Ocim on one machine, with a GitLab, clusters
// and a sample fleet that it makes itself. Everything that it shows is computed by
// the same code as everywhere else; only GitLab and the clusters are stand-ins. It is
// for trying Ocim out and for the browser tests. Command local, in functions/local,
// runs Ocim for a real fleet.
//
// It keeps everything in OCIM_DIR (default .ocim).
package main
