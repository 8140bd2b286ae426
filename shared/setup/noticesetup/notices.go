// Package noticesetup builds notifications: what decides about them, and the chats
// that they are posted to.
package noticesetup

import (
	"context"
	"fmt"

	"github.com/VictoriaMetrics/metrics"

	"github.com/open-craft/ocim/shared/chat"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/limit"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
)

// Chat says which chats may be posted to.
type Chat struct {
	ChatAllowNetworks []string `envconfig:"CHAT_ALLOW_NETWORKS" desc:"Private networks with chat servers that notices are posted to, such as 10.2.0.0/16."`
}

// Poster returns what posts into chats. allowHTTP also permits chats without TLS and
// on this machine.
func (c Chat) Poster(allowHTTP bool) (*chat.Poster, error) {
	networks, err := setup.Networks("OCIM_CHAT_ALLOW_NETWORKS", c.ChatAllowNetworks)
	if err != nil {
		return nil, err
	}
	return chat.New(netguard.Policy{AllowHTTP: allowHTTP, AllowNetworks: networks}), nil
}

// New builds the notifications of a fleet. Without mail, which may be nil,
// notifications only go to chats. pages is the address of the pages, without a slash
// at its end.
func New(f *fleetsetup.Fleet, mail notify.Mailer, chat notify.Chat, pages string) *notify.Service {
	return &notify.Service{
		Tried: count, Touch: f.Store.Touch,
		KV: f.KV, Views: f.Store, Replica: fleetview.NewReplica(f.Store.Segments), Keys: f.Keys, People: people{identity.NewDirectory(f.KV)},
		Mail: mail, Chat: chat, Limits: limit.New(f.KV, f.Now), BaseURL: pages, Now: f.Now, NewID: setup.NewID, Log: f.Log,
	}
}

// people gives notify the users of identity.
type people struct{ *identity.Directory }

func (p people) Person(ctx context.Context, id string) (notify.Person, error) {
	u, err := p.User(ctx, id)
	if err != nil {
		return notify.Person{}, err
	}
	if u.Disabled {
		return notify.Person{}, fault.New(fault.NotFound, "The account is disabled.")
	}
	who := identity.Principal{Grants: u.Grants}
	return notify.Person{Email: u.Email, Sees: who.Sees}, nil
}

// count counts the attempts to deliver notices, by their outcome: sent, waiting for the
// next attempt, or given up.
func count(channel notify.Channel, state notify.State) {
	metrics.GetOrCreateCounter(fmt.Sprintf("ocim_notice_attempts_total{channel=%q,result=%q}", channel, state)).Inc()
}
