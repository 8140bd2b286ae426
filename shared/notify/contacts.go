package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// contactsOf gives the contacts of a cluster's instances, by name; of none when the
// cluster left.
func contactsOf(chunk *fleet.Chunk) map[string][]string {
	contacts := map[string][]string{}
	if chunk == nil {
		return contacts
	}
	for _, row := range chunk.Rows {
		if a := row.Instance.Annotation; a != nil && len(a.Contacts) > 0 {
			contacts[row.Instance.Name] = a.Contacts
		}
	}
	return contacts
}

// concernsContacts reports whether an instance's own people are notified: when it fails, and
// when it is well again. What is degraded is for operators.
func concernsContacts(n Notice) bool {
	switch n.Event {
	case EventFailed, EventSite, EventPipeline, EventRecovered:
		return true
	}
	return false
}

// deliverToContacts makes a delivery for each address of instances that a batch is
// about. Its id is the same when it is made again.
func (r *recipients) deliverToContacts(ctx context.Context, cluster string, b batch, contacts map[string][]string) error {
	if r.Mail == nil || len(contacts) == 0 {
		return nil
	}
	notices := map[string][]Notice{} // by address
	var addresses []string
	for _, n := range b.Notices {
		if !concernsContacts(n) {
			continue
		}
		for _, address := range contacts[n.Instance] {
			if !slices.Contains(addresses, address) {
				addresses = append(addresses, address)
			}
			notices[address] = append(notices[address], n)
		}
	}
	for _, address := range addresses {
		sum := sha256.Sum256([]byte(address))
		id := "contact-" + hex.EncodeToString(sum[:8])
		d := due{Cluster: cluster, Batch: b.ID, Contact: address, Delivery: Delivery{
			ID: b.ID + "-" + id, Subscription: id, Name: "Contact", Channel: Email, State: Waiting, Notices: notices[address], CreatedAt: b.At,
		}}
		_, err := r.put(ctx, dueKey(d), d, kv.IfAbsent(), r.Now().Add(dueLife))
		if err := ignoreConflict(err); err != nil {
			return fmt.Errorf("storing a delivery to a contact: %w", err)
		}
	}
	return nil
}

// sendToContact mails a delivery to an instance's own people, as far as they are still
// its contacts. They need no account, so the mail is all that they see.
func (s *Service) sendToContact(ctx context.Context, d due) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	snapshot, err := s.Replica.Snapshot(ctx)
	if err != nil {
		return err
	}
	contacts := contactsOf(snapshot.Chunk(d.Cluster))
	d.Notices = slices.DeleteFunc(slices.Clone(d.Notices), func(n Notice) bool { return !slices.Contains(contacts[n.Instance], d.Contact) })
	if len(d.Notices) == 0 {
		return fault.New(fault.NotFound, "The address is no contact of the instance any more.")
	}
	if s.Mail == nil {
		return fault.New(fault.Unavailable, "Mail is not set up: an administrator of this server has to name its mail server.")
	}
	m := word(d.Delivery, s.BaseURL)
	m.Contact = true
	return s.Mail.Notify(ctx, d.Contact, m)
}
