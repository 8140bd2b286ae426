package fleetstore

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/pattern"
)

// DamagedItem is a stored item that can't be decoded and was left out.
type DamagedItem struct {
	ID          string
	Kind        string // such as "operation"
	Key         string
	Cluster     string // empty: it belongs to no project
	Error       string
	FoundAt     time.Time
	Discardable bool // nothing else is lost with it
	note        kvjson.Damaged
	storedItem  kv.Item
}

// recordKind is what is known of the items of a kind.
type recordKind struct {
	clusterIn place
	decode    func(s *Store, item kv.Item) error
}

// place is where an item's key has the cluster.
type place int

const (
	nowhere     place = iota
	inPartition       // after the first "#"
	inSort
)

func inJSON[T any](at place) recordKind {
	return recordKind{at, func(_ *Store, item kv.Item) error { _, err := kvjson.Decode[T](item); return err }}
}

func inPacked[T any](at place) recordKind {
	return recordKind{at, func(s *Store, item kv.Item) error { _, err := decode[T](s, item); return err }}
}

// recordKinds are the kinds that may be looked at and removed. What an item of another kind
// holds may be a secret, and others depend on it.
var recordKinds = map[string]recordKind{
	"files": inPacked[storedFiles](inPartition),
	"page": {inPartition, func(s *Store, item kv.Item) error {
		if len(item.Value) == 0 { // it is to be made again
			return nil
		}
		_, err := decode[storedPage](s, item)
		return err
	}},
	"pipeline":              inPacked[fleet.Pipeline](inPartition),
	"segment":               {inPartition, func(s *Store, item kv.Item) error { return s.CheckItem(item) }},
	"event":                 inPacked[fleet.Event](inPartition),
	"event-poison":          inPacked[fleet.Event](inPartition),
	"event-unconfirmed":     inPacked[fleet.Unconfirmed](inPartition),
	"operation":             inJSON[storedOperation](inPartition),
	"operation-by-instance": inJSON[claimedOperation](inPartition),
	"operation-open":        inJSON[claimedOperation](inPartition),
	"operation-diff":        inJSON[fleet.Detail](inPartition),
	"operation-what":        inJSON[fleet.Detail](inPartition),
	"deployment":            inJSON[claimedOperation](inPartition),
	"protection":            inJSON[storedProtection](inPartition),
	"annotation":            inJSON[storedAnnotation](inPartition),
	"job-report":            inJSON[storedReports](inPartition),
	"pipeline-act":          inJSON[storedAction](inPartition),
	"pipeline-action-open":  inJSON[openAction](inPartition),
	"pipeline-asked":        inJSON[openAction](inPartition),
	"usage":                 inJSON[[]fleet.UsagePoint](inPartition),
	"usage-state":           inJSON[fleet.UsageState](inSort),
	"site-round":            inJSON[siteRound](inSort),
	"project-health":        inJSON[fleet.ProjectHealth](inSort),
	"observation":           inJSON[fleet.Observation](inSort),
	"sync":                  inPacked[fleet.SyncRecord](inSort),
	"project":               inJSON[storedProject](nowhere), // without it there is no page of its cluster
	"bulk":                  inJSON[storedBulk](nowhere),
	"activity":              inJSON[activity.Activity](nowhere),
}

// Damaged lists stored items that can't be decoded and were left out.
func (s *Store) Damaged(ctx context.Context) ([]kvjson.Damaged, error) {
	return kvjson.ListDamaged(ctx, s.kv)
}

// DamagedItems lists those of a cluster, or those that belong to none.
func (s *Store) DamagedItems(ctx context.Context, cluster string) ([]DamagedItem, error) {
	notes, err := s.Damaged(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing items that can't be decoded: %w", err)
	}
	var list []DamagedItem
	for _, note := range notes {
		if item := describe(note); item.Cluster == cluster {
			list = append(list, item)
		}
	}
	return list, nil
}

func describe(note kvjson.Damaged) DamagedItem {
	kind, _, _ := strings.Cut(note.Partition, "#")
	d := DamagedItem{ID: note.ID(), Kind: kind, Key: note.Partition + "/" + note.Sort, Error: note.Error, FoundAt: note.FoundAt, note: note}
	known, exists := recordKinds[kind]
	d.Discardable = exists
	switch known.clusterIn {
	case inPartition:
		_, rest, _ := strings.Cut(note.Partition, "#")
		d.Cluster, _, _ = strings.Cut(rest, "#")
	case inSort:
		d.Cluster = note.Sort
	case nowhere:
	}
	return d
}

// DamagedItem finds one of them; fault.NotFound when it is none of the cluster's, or was
// written or removed since.
func (s *Store) DamagedItem(ctx context.Context, cluster, id string) (DamagedItem, error) {
	note, item, err := kvjson.FindDamaged(ctx, s.kv, id)
	if err != nil {
		return DamagedItem{}, err
	}
	d := describe(note)
	if d.storedItem = item; d.Cluster != cluster {
		return DamagedItem{}, fault.New(fault.NotFound, "That item is no longer left out.")
	}
	return d, nil
}

// Bounds of the text that is shown of an item.
const (
	maxMasked = 64 << 10 // bytes that are masked
	maxShown  = 4 << 10
)

// encoded is what may be a key, a token or what is encrypted.
var encoded = pattern.Lazy(`[A-Za-z0-9+/_=-]{41,}`)

// Text gives the beginning of what is stored, with secrets masked, and whether that is
// all. It is empty for a kind that may hold secrets, and for what is no text.
func (s *Store) Text(d DamagedItem) (text string, complete bool) {
	if !d.Discardable {
		return "", false
	}
	value, err := s.codec.Unpack(d.storedItem.Value)
	if err != nil {
		return "", false
	}
	size := len(value)
	text = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) && r != '\n' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(value[:min(size, maxMasked)]), ""))
	text = encoded().ReplaceAllString(grove.Mask("item.json.txt", []byte(text)), grove.MaskText)
	if len(text) <= maxShown {
		return text, size <= maxMasked
	}
	return strings.ToValidUTF8(text[:maxShown], ""), false
}

// RetryDamaged decodes an item once more, as after an upgrade, and counts it as readable
// again; fault.Conflict with the reason when it still can't be decoded. It calls record
// before that.
func (s *Store) RetryDamaged(ctx context.Context, cluster, id string, record func() error) error {
	d, err := s.DamagedItem(ctx, cluster, id)
	if err != nil {
		return err
	}
	if err := record(); err != nil {
		return err
	}
	if err := s.decodes(d); err != nil {
		return fault.Wrap(fault.Conflict, err, "It still can't be decoded. A later release of Ocim may be able to; otherwise restore it from a backup, or discard it.")
	}
	return kvjson.ForgetDamaged(ctx, s.kv, d.note)
}

func (s *Store) decodes(d DamagedItem) error {
	if known, exists := recordKinds[d.Kind]; exists {
		return known.decode(s, d.storedItem)
	}
	return kvjson.Check(d.storedItem.Value)
}

// DiscardDamaged removes an item for good, as long as it is the one that was left out. It
// calls record before that.
func (s *Store) DiscardDamaged(ctx context.Context, cluster, id string, record func() error) error {
	d, err := s.DamagedItem(ctx, cluster, id)
	if err != nil {
		return err
	}
	if !d.Discardable {
		return fault.New(fault.Conflict, "Other items depend on this one, so it can't be discarded. Upgrade Ocim, or restore it from a backup.")
	}
	if err := record(); err != nil {
		return err
	}
	key := d.storedItem.Key
	if open, exists := openPartitions[d.Kind]; exists { // what says that it has not ended
		if err := s.kv.Delete(ctx, kv.Key{Partition: open + cluster, Sort: key.Sort}, kv.Always); err != nil {
			return fmt.Errorf("closing %s/%s: %w", key.Partition, key.Sort, err)
		}
	}
	if err := s.kv.Delete(ctx, key, kv.IfVersion(d.storedItem.Version)); err != nil {
		return err
	}
	return kvjson.ForgetDamaged(ctx, s.kv, d.note)
}

var openPartitions = map[string]string{"operation": partOpen, "pipeline-act": partActing, "bulk": partBulkOpen}

// ForgetDamaged deletes what was derived from projects of which a list row or file can't be
// decoded, so that the next sync restores it, and forgets that an item was left out which
// can be decoded now, as after an upgrade.
func (s *Store) ForgetDamaged(ctx context.Context) error {
	damaged, err := s.Damaged(ctx)
	if err != nil || len(damaged) == 0 {
		return err
	}
	broken := map[string]bool{}
	for _, note := range damaged {
		d := describe(note)
		if d.Kind == "files" || note.Partition == fleetview.Partition(d.Cluster) {
			broken[d.Cluster] = true
			continue
		}
		if err := s.forgetReadable(ctx, d); err != nil {
			return err
		}
	}
	projects, err := s.Projects(ctx)
	if err != nil {
		return err
	}
	for _, p := range projects {
		if !broken[p.ID] {
			continue
		}
		if err := s.Forget(ctx, p.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) forgetReadable(ctx context.Context, d DamagedItem) error {
	current, err := s.DamagedItem(ctx, d.Cluster, d.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, known := recordKinds[d.Kind]; !known || s.decodes(current) != nil {
		return nil
	}
	return kvjson.ForgetDamaged(ctx, s.kv, d.note)
}
