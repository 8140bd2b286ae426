// Command local runs Ocim on one machine: every function at /function/<name> as
// OpenFaaS' gateway would show it, the frontend at /, the schedules of
// stack.yml, and an embedded store.
//
//	local            serve on OCIM_LISTEN (default 127.0.0.1:8080)
//	local openapi    write the API of all functions as one OpenAPI document
//
// It keeps everything in OCIM_DIR (default .ocim), secrets included.
package main
