package fleetview

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview/listindex"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/kv/packed"
)

// codec packs segments: each row as a line of JSON, together compressed. What is the
// same packs the same.
type codec struct{ packed.Codec }

func (z codec) facts(item kv.Item) (facts, error) {
	var f facts
	if err := z.UnpackJSON(item.Value, &f); err != nil {
		return f, fmt.Errorf("decoding %s: %w: %w", item.Partition, kvjson.ErrDamaged, err)
	}
	if f.Layout < 0 || f.Layout > maxLayout || len(f.Versions) != 1<<f.Layout {
		return f, fmt.Errorf("%s has %d segments in layout %d: %w", item.Partition, len(f.Versions), f.Layout, kvjson.ErrDamaged)
	}
	return f, nil
}

func (z codec) pack(rows []fleet.Row) ([]byte, error) {
	var lines bytes.Buffer
	w := json.NewEncoder(&lines)
	for i := range rows {
		if err := w.Encode(&rows[i]); err != nil {
			return nil, fmt.Errorf("encoding row %s: %w", rows[i].Instance.Name, err)
		}
	}
	return z.Pack(lines.Bytes()), nil
}

// fit packs rows so that one item takes them. When they are too large, the largest
// settings are left out: their instances say so, and the others are found as before.
func (z codec) fit(cluster string, rows []fleet.Row) ([]byte, error) {
	for {
		value, err := z.pack(rows)
		if err != nil || len(value) <= kv.MaxValue {
			return value, err
		}
		if !shed(rows, len(value)) {
			return nil, fault.New(fault.TooLarge, "cluster %s has instances that are too large: %d bytes compressed, %d allowed",
				cluster, len(value), kv.MaxValue)
		}
	}
}

// shed leaves out the largest settings until rows that took so many bytes should fit, at
// the same rate. It is false when there are none.
func shed(rows []fleet.Row, bytes int) bool {
	size := func(r *fleet.Row) (n int) {
		for k, v := range r.Settings {
			n += len(k) + len(v)
		}
		return n
	}
	total := 0
	bySize := make([]*fleet.Row, len(rows))
	for i := range rows {
		bySize[i] = &rows[i]
		total += size(bySize[i])
	}
	if total == 0 {
		return false
	}
	slices.SortStableFunc(bySize, func(a, b *fleet.Row) int { return cmp.Compare(size(b), size(a)) })
	wanted := total * 9 / 10 * kv.MaxValue / bytes
	for _, r := range bySize {
		if total <= wanted {
			break
		}
		i := &r.Instance
		i.Problems = append(slices.Clone(i.Problems), fleet.FileProblem{
			File:    "instances/" + i.Name + "/config.yml",
			Message: "The instance has more configuration than can be searched; it is not found by its keys.",
		})
		total -= size(r)
		r.Settings = nil
	}
	return true
}

func (z codec) rows(item kv.Item) ([]fleet.Row, error) {
	lines, err := z.lines(item)
	if err != nil {
		return nil, err
	}
	rows := make([]fleet.Row, len(lines))
	for i, line := range lines {
		if rows[i], err = decodeRow(line); err != nil {
			return nil, fmt.Errorf("%s/%s: %w", item.Partition, item.Sort, err)
		}
	}
	return rows, nil
}

// lines gives the rows of a segment as JSON.
func (z codec) lines(item kv.Item) ([][]byte, error) {
	text, err := z.Unpack(item.Value)
	if err != nil {
		return nil, fmt.Errorf("decoding %s/%s: %w: %w", item.Partition, item.Sort, kvjson.ErrDamaged, err)
	}
	return slices.Collect(bytes.Lines(text)), nil
}

func decodeRow(line []byte) (fleet.Row, error) {
	var row fleet.Row
	if err := json.Unmarshal(line, &row); err != nil {
		return row, fmt.Errorf("decoding a row: %w: %w", kvjson.ErrDamaged, err)
	}
	return row, nil
}

// settings gives those of a cluster itself.
func (z codec) settings(l *loaded) (settings map[string]string, err error) {
	item, ok := l.items[sortSettings]
	if !ok || l.facts.Settings == 0 {
		return nil, nil
	}
	if err := z.UnpackJSON(item.Value, &settings); err != nil {
		return nil, fmt.Errorf("decoding the settings of cluster %s: %w: %w", l.facts.Cluster.ID, kvjson.ErrDamaged, err)
	}
	return settings, nil
}

// beforeSettings is what stands between an instance and its row's settings, and nowhere
// else: in a text its quotes were escaped.
var beforeSettings = []byte(`},"settings":{`)

// decodeIndexRow decodes a row without its settings, which are most of it. The former row,
// if any, is likely to have texts in common.
func decodeIndexRow(line []byte, former *listindex.Row) (*listindex.Row, error) {
	if former == nil {
		former = new(listindex.Row)
	}
	at := bytes.Index(line, beforeSettings)
	if at >= 0 {
		if settings, rest, ok := listindex.CutSettings(line[at+len(beforeSettings)-1:]); ok {
			text := slices.Concat(line[:at+1], rest)
			r := &listindex.Row{Settings: settings}
			if scanRow(text, &r.Row, &former.Row) {
				return r, nil
			}
			row, err := decodeRow(text)
			if err == nil && row.Settings == nil {
				return &listindex.Row{Row: row, Settings: settings}, nil
			}
		}
	}
	row, err := decodeRow(line)
	if err != nil {
		return nil, err
	}
	return indexRow(row), nil
}

// indexRow is a row as the index takes it.
func indexRow(row fleet.Row) *listindex.Row {
	r := &listindex.Row{Row: row, Settings: listindex.Settings{Map: row.Settings}}
	r.Row.Settings = nil
	return r
}

// clusterOf is a chunk as the index takes it.
func clusterOf(c *fleet.Chunk) *listindex.Cluster {
	out := &listindex.Cluster{Cluster: c.Cluster, Settings: c.Settings, Rows: make([]*listindex.Row, len(c.Rows))}
	for i, row := range c.Rows {
		out.Rows[i] = indexRow(row)
	}
	return out
}

// unpackChunk reads a cluster as releases before 2026-12 stored it: its facts and then
// each row as a line of JSON, in one item.
func (z codec) unpackChunk(data []byte) (*fleet.Chunk, error) {
	text, err := z.Unpack(data)
	if err != nil {
		return nil, fmt.Errorf("decoding chunk: %w: %w", kvjson.ErrDamaged, err)
	}
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	c := new(fleet.Chunk)
	if err := json.Unmarshal(first, c); err != nil {
		return nil, fmt.Errorf("decoding chunk: %w: %w", kvjson.ErrDamaged, err)
	}
	c.Rows = []fleet.Row{}
	for line := range bytes.Lines(rest) {
		row, err := decodeRow(line)
		if err != nil {
			return nil, err
		}
		c.Rows = append(c.Rows, row)
	}
	return c, nil
}

// CheckItem reports whether an item of a cluster's partition can be decoded.
func (s *Segments) CheckItem(item kv.Item) error {
	switch item.Sort {
	case sortFacts:
		_, err := s.codec.facts(item)
		return err
	case sortSettings:
		var settings map[string]string
		return s.codec.UnpackJSON(item.Value, &settings)
	}
	_, err := s.codec.rows(item)
	return err
}

func compareNames(a, b fleet.Row) int { return strings.Compare(a.Instance.Name, b.Instance.Name) }

// sums identifies rows by their JSON.
func sums(seed maphash.Seed, lines [][]byte) []uint64 {
	out := make([]uint64, len(lines))
	for i, line := range lines {
		out[i] = maphash.Bytes(seed, line)
	}
	return out
}
