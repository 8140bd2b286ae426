package grove

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/openedx"
	"github.com/open-craft/ocim/shared/pattern"
)

// InstanceReading is what an instance's files say.
type InstanceReading struct {
	Instance fleet.Instance // identity, facts and problems; the rest is zero
	Details  Details
	Settings map[string]string // config.yml, grove.yml and requirements.txt flattened; grove.yml wins
	Files    []fleet.File      // masked
}

// Details are facts that lists do not show. Those that are unknown are empty.
type Details struct {
	Release            string   `json:"release,omitempty"`
	ReleaseFrom        string   `json:"releaseFrom,omitempty" doc:"Key or file that the release was read from" example:"requirements.txt"`
	TutorVersion       string   `json:"tutorVersion,omitempty" doc:"Version, branch or tag, as requirements.txt or TUTOR_VERSION names it"`
	PlatformRepository string   `json:"platformRepository,omitempty"`
	PlatformVersion    string   `json:"platformVersion,omitempty"`
	ThemeRepository    string   `json:"themeRepository,omitempty"`
	ThemeVersion       string   `json:"themeVersion,omitempty"`
	ContactEmail       string   `json:"contactEmail,omitempty"`
	Hosts              []Host   `json:"hosts,omitempty" doc:"Every address that the configuration gives the instance"`
	Plugins            []string `json:"plugins,omitempty" doc:"Tutor plugins that are enabled"`
	Notes              []Note   `json:"notes,omitempty" doc:"Notes that people left as keys"`
}

// Host is an address of an instance.
type Host struct {
	Key     string `json:"key" example:"DISCOVERY_HOST"`
	URL     string `json:"url"`
	Default bool   `json:"default,omitempty" doc:"Whether the key is absent and Tutor's default counts"`
}

// Note is a text that was left as a key for other people to read.
type Note struct {
	Key  string `json:"key" example:"AN_IMPORTANT_NOTICE"`
	Text string `json:"text"`
	File string `json:"file"`
}

// ReadInstance reads the files of one instance. A missing file or key is no
// problem; a file that cannot be read is, and the others still count. contract may be
// nil.
func ReadInstance(cluster string, contract *fleet.Contract, name string, files []fleet.SourceFile) InstanceReading {
	m := MaskerOf(contract)
	r := InstanceReading{Files: m.files(files)}
	i := &r.Instance
	i.Cluster, i.Name = cluster, name
	var config, grove *Document
	var requirements string
	if f := find(files, ConfigFile); f != nil {
		config, _ = m.Read(f.Path, f.Text)
	}
	if f := find(files, GroveFile); f != nil {
		grove, _ = m.Read(f.Path, f.Text)
	}
	if f := find(files, RequirementsFile); f != nil && len(f.Text) <= MaxFile && badByte(f.Text) < 0 {
		requirements = string(f.Text)
	}
	r.Details = details(config, grove, requirements)
	i.Release, i.Tutor = r.Details.Release, tutorVersion(r.Details)
	tutor := tutorOf(r.Details)
	for k := range r.Files {
		for _, doc := range []*Document{config, grove} {
			if doc != nil && doc.file == r.Files[k].Path {
				r.Files[k].Problems = append(r.Files[k].Problems, doc.Check(tutor)...)
			}
		}
		i.Problems = append(i.Problems, r.Files[k].Problems...)
	}
	r.Settings = config.Flatten()
	for path, value := range grove.Flatten() {
		r.Settings[path] = value
	}
	m.flattenLines(RequirementsFile, requirements, r.Settings)
	i.Description = cut(config.text("PLATFORM_NAME"), 200)
	for _, host := range r.Details.Hosts {
		switch host.Key {
		case "LMS_HOST":
			i.LMSURL = host.URL
		case "CMS_HOST":
			i.StudioURL = host.URL
		case "MFE_HOST":
			i.MFEURL = host.URL
		}
	}
	i.Theme = theme(grove)
	return r
}

// text is Scalar for a key whose absence is no different from an empty value.
func (d *Document) text(key string) string { v, _ := d.Scalar(key); return v }

func details(config, grove *Document, requirements string) Details {
	d := Details{
		TutorVersion:       cmp.Or(openedx.TutorRequirement(requirements), config.text("TUTOR_VERSION")),
		PlatformRepository: config.text("EDX_PLATFORM_REPOSITORY"), PlatformVersion: config.text("EDX_PLATFORM_VERSION"),
		ThemeRepository: grove.text("COMPREHENSIVE_THEME_SOURCE_REPO"), ThemeVersion: grove.text("COMPREHENSIVE_THEME_VERSION"),
		ContactEmail: config.text("CONTACT_EMAIL"), Plugins: config.List("PLUGINS"), Hosts: hosts(config),
	}
	d.Release, d.ReleaseFrom = openedx.ReleaseFrom(openedx.Clues{
		CommonVersion: config.text("OPENEDX_COMMON_VERSION"), PlatformVersion: d.PlatformVersion, Requirements: requirements,
		TutorVersion: config.text("TUTOR_VERSION"), PlatformImage: config.text("DOCKER_IMAGE_OPENEDX"),
	})
	d.Notes = append(config.notes(), grove.notes()...)
	return d
}

// tutorOf gives the major version of Tutor that an instance runs, zero when it is not
// known.
func tutorOf(d Details) int {
	return cmp.Or(openedx.TutorMajor(d.TutorVersion), openedx.TutorMajor(d.Release))
}

// tutorVersion gives the version of Tutor as lists show it: as the configuration names
// it, else the major version that installs the release.
func tutorVersion(d Details) string {
	if v := d.TutorVersion; v != "" && !strings.Contains(v, "{") {
		return cut(v, 40)
	}
	if major := openedx.TutorMajor(d.Release); major > 0 {
		return strconv.Itoa(major)
	}
	return ""
}

// DetailsOf reads the details out of stored, masked files.
func DetailsOf(files []fleet.File) Details {
	var config, grove *Document
	var requirements string
	for _, f := range files {
		switch path.Base(f.Path) {
		case ConfigFile:
			config, _ = Read(f.Path, []byte(f.Text))
		case GroveFile:
			grove, _ = Read(f.Path, []byte(f.Text))
		case RequirementsFile:
			requirements = f.Text
		}
	}
	return details(config, grove, requirements)
}

// usualHosts are Tutor's defaults for hosts that an instance has without naming them.
// Source: overhangio/tutor defaults.yml, overhangio/tutor-mfe plugin.py.
var usualHosts = []struct{ key, host, plugin string }{
	{"CMS_HOST", "studio.{{ LMS_HOST }}", ""},
	{"MFE_HOST", "apps.{{ LMS_HOST }}", "mfe"},
	{"DISCOVERY_HOST", "discovery.{{ LMS_HOST }}", "discovery"},
	{"NOTES_HOST", "notes.{{ LMS_HOST }}", "notes"},
	{"CREDENTIALS_HOST", "credentials.{{ LMS_HOST }}", "credentials"},
	{"ECOMMERCE_HOST", "ecommerce.{{ LMS_HOST }}", "ecommerce"},
}

// publicHosts are keys of hosts that people open. The other hosts are services.
var publicHosts = []string{"LMS_HOST", "CMS_HOST", "PREVIEW_LMS_HOST", "MFE_HOST", "DISCOVERY_HOST", "NOTES_HOST", "CREDENTIALS_HOST", "ECOMMERCE_HOST", "MINIO_HOST", "MINIO_CONSOLE_HOST", "MEILISEARCH_HOST"}

// hosts lists the addresses of an instance, templates filled in.
func hosts(config *Document) []Host {
	if config == nil || config.text("LMS_HOST") == "" && !config.Has("CMS_HOST") {
		return nil
	}
	plugins := config.List("PLUGINS")
	var out []Host
	for _, key := range publicHosts {
		if address := webURL(config, key); address != "" {
			out = append(out, Host{Key: key, URL: address})
			continue
		}
		if config.Has(key) {
			continue // it is there, but is no host
		}
		for _, usual := range usualHosts {
			enabled := usual.plugin == "" || slices.Contains(plugins, usual.plugin) || usual.plugin == "mfe" && (!config.Has("PLUGINS") || slices.Contains(plugins, "grove-mfes"))
			if usual.key != key || !enabled {
				continue
			}
			if address := addressOf(config, usual.host); address != "" {
				out = append(out, Host{Key: key, URL: address, Default: true})
			}
		}
	}
	return out
}

// webURL makes an address of a host, empty when the value is not a host.
func webURL(d *Document, key string) string { return addressOf(d, d.text(key)) }

func addressOf(d *Document, host string) string {
	host = fillTemplate(d, host)
	if host == "" || len(host) > 253 || !hostName().MatchString(host) {
		return ""
	}
	if https, ok := d.Scalar("ENABLE_HTTPS"); ok && strings.EqualFold(https, "false") {
		return "http://" + host
	}
	return "https://" + host
}

var templateKey = pattern.Lazy(`\{\{-?\s*([A-Z][A-Z0-9_]*)\s*-?\}\}`)

// fillTemplate replaces {{ KEY }} by the scalar of that key, twice at most: a host may
// be made of a host that is made of another. Anything else of a template stays.
func fillTemplate(d *Document, s string) string { return fillBy(s, d.text) }

func fillBy(s string, text func(key string) string) string {
	for range 3 {
		if !strings.Contains(s, "{{") || len(s) > 1024 {
			return s
		}
		s = templateKey().ReplaceAllStringFunc(s, func(found string) string {
			if value := text(templateKey().FindStringSubmatch(found)[1]); value != "" {
				return value
			}
			return found
		})
	}
	return s
}

func theme(grove *Document) string {
	if name := grove.text("COMPREHENSIVE_THEME_NAME"); name != "" {
		return name
	}
	for _, key := range []string{"SIMPLE_THEME_SCSS_OVERRIDES", "SIMPLE_THEME_EXTRA_SCSS", "SIMPLE_THEME_STATIC_FILES_URLS"} {
		if grove.Has(key) {
			return "simple theme"
		}
	}
	return ""
}

const (
	maxNotes = 20
	maxNote  = 1000 // bytes
)

// notes finds the texts that people left as keys.
func (d *Document) notes() []Note {
	if d == nil || d.root == nil || deref(d.root).Kind != yaml.MappingNode {
		return nil
	}
	var out []Note
	for _, e := range entries(deref(d.root)) {
		value := deref(e.value)
		if value.Kind != yaml.ScalarNode || isNull(value) || d.secret[value] || len(out) == maxNotes || !openedx.IsNote(e.key, value.Value) {
			continue
		}
		text, _ := d.by.text(value.Value)
		out = append(out, Note{Key: e.key, Text: cut(strings.TrimSpace(text), maxNote), File: path.Base(d.file)})
	}
	return out
}
