// Package allsetup builds everything that the functions work with, in one process:
// for the program on one machine, for the demonstration, and for tests.
package allsetup

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/open-craft/ocim/shared/installation"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup/clustersetup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/setup/installsetup"
	"github.com/open-craft/ocim/shared/setup/noticesetup"
	"github.com/open-craft/ocim/shared/setup/projectsetup"
)

// Parts is what a Fleet is built from.
type Parts struct {
	KV         kv.Store
	Keys       *secret.Keyring
	Transport  http.RoundTripper           // to GitLab
	Gateways   *netguard.Policy            // for the gateways of clusters; nil: they are not called
	Webhook    func(project string) string // the address that GitLab sends a project's events to
	Mail       notify.Mailer               // nil: notifications only go to chats
	Chat       notify.Chat
	Requesters operation.Requesters // nil: what accounts say
	BaseURL    string               // of the pages, without a slash at its end
	Now        func() time.Time
	Log        *slog.Logger
}

// Fleet is everything that the functions work with.
type Fleet struct {
	*fleetsetup.Fleet
	*clustersetup.Clusters
	Projects *projects.Service
	Notify   *notify.Service
	// Installation reports on all of it.
	Installation *installation.Service
}

// New builds a Fleet.
func New(p Parts) *Fleet {
	f := fleetsetup.New(fleetsetup.Parts{KV: p.KV, Keys: p.Keys, Transport: p.Transport, Requesters: p.Requesters, Now: p.Now, Log: p.Log})
	notices := noticesetup.New(f, p.Mail, p.Chat, p.BaseURL)
	return &Fleet{
		Fleet: f, Clusters: clustersetup.New(f, p.Gateways), Projects: projectsetup.New(f, p.Gateways, p.Webhook),
		Notify: notices, Installation: installsetup.New(f, notices),
	}
}
