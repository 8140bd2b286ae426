// Package clusterfn is the contract between Ocim and the functions that run inside a
// cluster: the inspector, which reports what runs there, and the usage report, which
// counts who uses it. The inspector answers with the types of this package. A caller
// signs each request with Sign, and the inspector checks the signature with a Verifier
// over the same secret.
//
// Package gateway has the client.
package clusterfn
