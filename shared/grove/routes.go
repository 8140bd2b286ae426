package grove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// defaultRoutes are Grove's: `GROVE_<KEY>` to grove.yml, `ENV_*` as it is,
// `TUTOR_<KEY>` to config.yml. config.yml has settings that start with GROVE_ of
// their own (GROVE_CRON_JOBS); those become `TUTOR_GROVE_…`.
func defaultRoutes() []fleet.Route {
	return []fleet.Route{
		{Keys: []string{"COMPREHENSIVE_THEME_*", "SIMPLE_THEME_*", "IMAGE_BUILD_CONFIG", "PR_WATCHER"}, Prefix: "GROVE_", File: GroveFile},
		{Prefix: "ENV_"},
		{Keys: []string{"*"}, Prefix: "TUTOR_", File: ConfigFile},
	}
}

// RoutesOf gives a contract's routes, the default where the contract (which may be
// nil) has none.
func RoutesOf(c *fleet.Contract) []fleet.Route {
	if c != nil && len(c.Routes) > 0 {
		return c.Routes
	}
	return defaultRoutes()
}

// OverrideFile returns the file and the setting that a key of a payload, made by the
// same routes, goes to; false when it goes to no file.
func OverrideFile(routes []fleet.Route, payload string) (file, setting string, ok bool) {
	longest := -1
	for _, r := range routes {
		if rest, has := strings.CutPrefix(payload, r.Prefix); has && len(r.Prefix) > longest {
			longest, file, setting = len(r.Prefix), r.File, rest
		}
	}
	return file, setting, file != ""
}

// Takes reports whether any of the routes takes a setting.
func Takes(routes []fleet.Route, setting string) bool {
	_, ok := routeOf(routes, setting)
	return ok
}

// routeOf gives the payload's key for a setting. One that carries the prefix of a
// route that takes it is kept.
func routeOf(routes []fleet.Route, setting string) (string, bool) {
	for _, r := range routes {
		if rest, has := strings.CutPrefix(setting, r.Prefix); has && r.Prefix != "" && (len(r.Keys) == 0 || takes(r, rest)) {
			return setting, true
		}
	}
	for _, r := range routes {
		if takes(r, setting) {
			return r.Prefix + setting, true
		}
	}
	return "", false
}

func takes(r fleet.Route, setting string) bool {
	return slices.ContainsFunc(r.Keys, func(key string) bool {
		head, any := strings.CutSuffix(key, "*")
		return setting == key || any && strings.HasPrefix(setting, head)
	})
}

// Bounds of a contract's routes.
const (
	maxRoutes    = 20
	maxRouteKeys = 200
	maxPrefix    = 40 // characters
)

// validRoutes checks routes that a person edited. Errors name a field such as
// "routes.0.prefix".
func validRoutes(routes []fleet.Route) error {
	if len(routes) > maxRoutes {
		return fault.InvalidField("routes", "at most %d routes are allowed", maxRoutes)
	}
	all := -1 // the route that takes any setting
	for i, r := range routes {
		field := fmt.Sprintf("routes.%d", i)
		if r.Prefix != "" && (len(r.Prefix) > maxPrefix || !variableName().MatchString(r.Prefix)) {
			return fault.InvalidField(field+".prefix", "has letters, digits and _, at most %d", maxPrefix)
		}
		if reservedVariable(r.Prefix + "X") {
			return fault.InvalidField(field+".prefix", "GitLab and its runners use names that begin so themselves")
		}
		if r.Prefix == "" && len(r.Keys) == 0 {
			return fault.InvalidField(field+".keys", "without a prefix the settings must be named")
		}
		for j, other := range routes[:i] {
			if r.Prefix == other.Prefix || r.Prefix != "" && other.Prefix != "" && (strings.HasPrefix(r.Prefix, other.Prefix) || strings.HasPrefix(other.Prefix, r.Prefix)) {
				return fault.InvalidField(field+".prefix", "cannot be distinguished from that of route %d", j)
			}
		}
		if r.File != "" && r.File != ConfigFile && r.File != GroveFile {
			return fault.InvalidField(field+".file", "must be %s or %s, or absent", ConfigFile, GroveFile)
		}
		if len(r.Keys) > maxRouteKeys {
			return fault.InvalidField(field+".keys", "at most %d are allowed", maxRouteKeys)
		}
		if all >= 0 && len(r.Keys) > 0 {
			return fault.InvalidField(field+".keys", "route %d before it takes every setting", all)
		}
		for _, key := range r.Keys {
			name, _ := strings.CutSuffix(key, "*")
			if key != "*" && !variableName().MatchString(name) {
				return fault.InvalidField(field+".keys", "%q is no setting: letters, digits and _, with * at the end for any rest", cut(key, 100))
			}
			if key == "*" {
				all = i
			}
		}
	}
	return nil
}
