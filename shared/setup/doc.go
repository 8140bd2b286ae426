// Package setup builds what functions need from their configuration. A function's
// Config embeds exactly the parts it uses. Each part lives in a package of its own,
// so a function links only what its configuration needs:
//
//	setup         secrets, trusted proxies, the API's options
//	storesetup    the key-value store
//	tokensetup    checking access tokens and API tokens
//	mailsetup     sending mail
//	fleetsetup    the fleet's records, GitLab, operations and reconciliation
//	projectsetup  adding, checking and removing GitLab projects
//	clustersetup  what runs in the clusters: health and usage
//	noticesetup   notifications
//	allsetup      all of them, for one machine and for tests
//
// Nothing else reads the environment:
//
//	type Config struct {
//		setup.Base
//		storesetup.Store
//		tokensetup.Tokens
//	}
//
//	var cfg Config
//	if err := setup.Load(&cfg); err != nil { … }
//	store, err := cfg.Open(ctx)
//
// Variables start with OCIM_; secrets are files, never variables.
package setup
