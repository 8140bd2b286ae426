// Package function is the web function: the built frontend, carried in the
// program itself. Any path that is not a file leads to index.html, where the
// frontend's own router takes over.
package function
