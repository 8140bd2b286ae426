// Package setup builds what functions need from their configuration. A
// function's Config embeds exactly the parts it uses, so what it may reach
// follows from its type; nothing else reads the environment.
//
//	type Config struct {
//		setup.Base
//		setup.Store
//		setup.Tokens
//	}
//
//	var cfg Config
//	if err := setup.Load(&cfg); err != nil { … }
//	store, err := cfg.Store.Open(ctx)
//
// Variables start with OCIM_; secrets are files, never variables.
package setup
