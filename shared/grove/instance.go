package grove

import (
	"regexp"
	"strings"

	"github.com/open-craft/ocim/shared/fleet"
)

// InstanceReading is what an instance's files say.
type InstanceReading struct {
	Instance fleet.Instance // identity, facts and problems; the rest is zero
	Details  Details
	Settings map[string]string // config.yml and grove.yml flattened; grove.yml wins
	Files    []fleet.File      // masked
}

// Details are facts that lists do not show. Those that are unknown are empty.
type Details struct {
	TutorVersion       string   `json:"tutorVersion,omitempty" doc:"As requirements.txt pins it"`
	PlatformRepository string   `json:"platformRepository,omitempty"`
	PlatformVersion    string   `json:"platformVersion,omitempty"`
	ThemeRepository    string   `json:"themeRepository,omitempty"`
	ThemeVersion       string   `json:"themeVersion,omitempty"`
	ContactEmail       string   `json:"contactEmail,omitempty"`
	PreviewURL         string   `json:"previewUrl,omitempty"`
	DiscoveryURL       string   `json:"discoveryUrl,omitempty"`
	EcommerceURL       string   `json:"ecommerceUrl,omitempty"`
	Plugins            []string `json:"plugins,omitempty"`
}

// ReadInstance reads the files of one instance. A missing file or key is no
// problem; a file that cannot be read is, and the others still count.
func ReadInstance(cluster, name string, files []fleet.SourceFile) InstanceReading {
	r := InstanceReading{Files: maskedFiles(files)}
	i := &r.Instance
	i.Cluster, i.Name = cluster, name
	var config, grove *Document
	var requirements string
	if f := find(files, ConfigFile); f != nil {
		config, _ = Read(f.Path, f.Text)
	}
	if f := find(files, GroveFile); f != nil {
		grove, _ = Read(f.Path, f.Text)
	}
	if f := find(files, RequirementsFile); f != nil && len(f.Text) <= MaxFile {
		requirements = string(f.Text)
	}
	for _, f := range r.Files {
		i.Problems = append(i.Problems, f.Problems...)
	}
	r.Settings = config.Flatten()
	for path, value := range grove.Flatten() {
		r.Settings[path] = value
	}
	scalar := func(d *Document, key string) string { v, _ := d.Scalar(key); return v }
	i.Description = cut(scalar(config, "PLATFORM_NAME"), 200)
	i.LMSURL, i.StudioURL = webURL(config, "LMS_HOST"), webURL(config, "CMS_HOST")
	i.MFEURL = webURL(config, "MFE_HOST")
	i.Theme = theme(grove)
	r.Details = Details{
		TutorVersion:       tutorVersion(requirements),
		PlatformRepository: scalar(config, "EDX_PLATFORM_REPOSITORY"), PlatformVersion: scalar(config, "EDX_PLATFORM_VERSION"),
		ThemeRepository: scalar(grove, "COMPREHENSIVE_THEME_SOURCE_REPO"), ThemeVersion: scalar(grove, "COMPREHENSIVE_THEME_VERSION"),
		ContactEmail: scalar(config, "CONTACT_EMAIL"), PreviewURL: webURL(config, "PREVIEW_LMS_HOST"),
		DiscoveryURL: webURL(config, "DISCOVERY_HOST"), EcommerceURL: webURL(config, "ECOMMERCE_HOST"),
		Plugins: config.List("PLUGINS"),
	}
	i.Release = release(scalar(config, "OPENEDX_COMMON_VERSION"), r.Details.PlatformVersion, r.Details.TutorVersion)
	return r
}

// webURL makes an address of a host, empty when the value is not a host.
func webURL(d *Document, key string) string {
	host, _ := d.Scalar(key)
	if host == "" || len(host) > 253 || !hostName.MatchString(host) {
		return ""
	}
	if https, ok := d.Scalar("ENABLE_HTTPS"); ok && strings.EqualFold(https, "false") {
		return "http://" + host
	}
	return "https://" + host
}

func theme(grove *Document) string {
	if name, _ := grove.Scalar("COMPREHENSIVE_THEME_NAME"); name != "" {
		return name
	}
	for _, key := range []string{"SIMPLE_THEME_SCSS_OVERRIDES", "SIMPLE_THEME_EXTRA_SCSS", "SIMPLE_THEME_STATIC_FILES_URLS"} {
		if grove.Has(key) {
			return "simple theme"
		}
	}
	return ""
}

var (
	namedRelease = regexp.MustCompile(`\b([a-z]{3,})\.(master|[0-9]+(?:\.[0-9]+)?(?:-?(?:rc|alpha|beta)\.?[0-9]*)?)\b`)
	tutorPin     = regexp.MustCompile(`(?mi)^\s*tutor(?:\[[^\]]*\])?\s*(?:[=~>]=|===|<)\s*v?([0-9][0-9A-Za-z.*+-]*)`)
	tutorGit     = regexp.MustCompile(`(?mi)^[^#\n]*/tutor(?:\.git)?@v?([0-9][0-9A-Za-z.+-]*)`)
)

func tutorVersion(requirements string) string {
	for _, form := range []*regexp.Regexp{tutorPin, tutorGit} {
		if found := form.FindStringSubmatch(requirements); found != nil {
			return found[1]
		}
	}
	return ""
}

// tutorReleases are the Open edX releases of Tutor's major versions.
var tutorReleases = map[string]string{
	"10": "juniper", "11": "koa", "12": "lilac", "13": "maple", "14": "nutmeg", "15": "olive", "16": "palm",
	"17": "quince", "18": "redwood", "19": "sumac", "20": "teak", "21": "ulmo",
}

// release names the Open edX release: as OPENEDX_COMMON_VERSION has it, else the
// platform's branch if it names one, else the one that Tutor's version stands for.
func release(common, platform, tutor string) string {
	for _, prefix := range []string{"refs/tags/", "open-release/", "release/"} {
		common = strings.TrimPrefix(common, prefix)
	}
	if common != "" && !strings.Contains(common, "{{") { // a template of Tutor's says nothing
		return cut(common, 60)
	}
	if found := namedRelease.FindString(strings.ToLower(platform)); found != "" {
		return found
	}
	major, _, _ := strings.Cut(tutor, ".")
	if name := tutorReleases[major]; name != "" {
		return name
	}
	if tutor != "" {
		return "tutor " + tutor
	}
	return ""
}
