// Package deployment tests what is deployed: the stack files, the build of every
// function's image, and rolling restarts behind a stand-in for OpenFaaS. It holds no
// code of its own.
package deployment
