// Command local runs Ocim on one machine, without OpenFaaS. It is for people who run
// Ocim for their own fleet; the demonstration is a program of its own,
// functions/demo.
//
//	ocim-server             serve on OCIM_LISTEN (default 127.0.0.1:8080)
//	ocim-server openapi     write the API of all functions as one OpenAPI document
//	ocim-server store       check, back up, restore, export or import the store
//	ocim-server version     write the version
//
// It keeps everything in OCIM_DIR (default .ocim), secrets included.
package main
