package codersdk

// A made-up server, written for the tests: every construct that the importer knows, once.

import (
	"strings"
	"time"
)

type PierConfig struct {
	Berths  serpent.Int64  `json:"berths" typescript:",notnull"`
	Tide    serpent.Duration
	Depth   serpent.String `json:"-"`
	Master  *serpent.URL   `json:"master,omitempty"`
	Unmoored []string      `json:"unmoored"`
}

type LampPolicy string

const (
	LampPolicySteady  LampPolicy = "steady"
	LampPolicyFlicker LampPolicy = "flicker"
)

var LampPolicies = []string{
	string(LampPolicySteady),
	string(LampPolicyFlicker),
}

const (
	markSecret = "secret"
	markPaid   = "enterprise"
	fallback   = "north"
	wharves    = 12
)

type Experiment string

const (
	ExperimentFog   Experiment = "fog"   // Rolls in; "quoted" // twice
	ExperimentSirens Experiment = "sirens"
)

var ExperimentsKnown = Experiments{ExperimentFog, ExperimentSirens}

var ExperimentsSafe = Experiments{
	ExperimentSirens,
}

type DeploymentValues struct {
	Harbour   serpent.Bool                       `json:"harbour,omitempty"`
	Pier      PierConfig                         `json:"pier,omitempty"`
	Lamp      string                             `json:"lamp"`
	Crew      serpent.Struct[[]CrewConfig]       `json:"crew"`
	Rota      serpent.Struct[map[string][]uuid.UUID] `json:"rota"`
	Flags     serpent.StringArray                `json:"flags"`
	Secure    serpent.Bool                       `json:"secure"`
	Config    serpent.YAMLConfigPath             `json:"config,omitempty"`
	Bare      bool                               `json:"bare"`
}

func DefaultDocsURL() string {
	v := version()
	return "https://coder.com/docs/@" + v
}

func DefaultCacheDir() string {
	return filepath.Join(home(), "coder")
}

func (c *DeploymentValues) Options() serpent.OptionSet {
	var (
		groupHarbour = serpent.Group{
			Name: "Harbour",
			YAML: "harbour",
			Description: `Two
lines with a } in them`,
		}
		groupPier = serpent.Group{
			Parent: &groupHarbour,
			Name:   "Pier",
		}
		groupQuay = serpent.Group{Parent: &groupPier, Name: "Quay", YAML: "quay"}
	)

	// What others refer to comes first.
	harbour := serpent.Option{
		Name:          "Harbour",
		Description:   "Has \"quotes\", a ` and // no comment.",
		Flag:          "harbour",
		FlagShorthand: "H",
		Env:           "CODER_HARBOUR",
		Default:       strconv.FormatBool(flag.Lookup("test.v") == nil && !buildinfo.IsDev()),
		Value:         &c.Harbour,
		Group:         &groupHarbour,
		YAML:          "open",
		Annotations:   serpent.Annotations{}.Mark(markPaid, "true"),
	}
	check := func(value *serpent.Int64) error {
		if value.Value() < 0 {
			return xerrors.New("negative")
		}
		return nil
	}

	opts := serpent.OptionSet{
		harbour,
		{
			Name:       "Port",
			Flag:       "port",
			Env:        "CODER_PORT",
			Value:      &c.Harbour,
			UseInstead: serpent.OptionSet{harbour},
			Hidden:     true, // an old name
		},
		{
			Name:    "Berths",
			Flag:    "pier-berths",
			Env:     "CODER_PIER_BERTHS",
			Default: strconv.Itoa(wharves),
			Value:   serpent.Validate(&c.Pier.Berths, check),
			Group:   &groupQuay,
			YAML:    "berths",
			Hidden:  !ExperimentsSafe.Enabled(ExperimentSirens),
		},
		{
			Name:    "Tide",
			Flag:    "pier-tide",
			Env:     "CODER_PIER_TIDE",
			Default: ((7 * 24 * time.Hour) + 90*time.Second).String(),
			Value:   &c.Pier.Tide,
			Group:   &groupPier,
			YAML:    "tide",
			Annotations: serpent.Annotations{}.
				Mark("format_duration", "true").
				Mark(markSecret, "true"),
			Hidden: ExperimentsSafe.Enabled(ExperimentFog),
		},
		{Name: "Depth", Flag: "pier-depth", Env: "CODER_PIER_DEPTH", Value: &c.Pier.Depth, UseInstead: nil},
		{Name: "Master", Flag: "pier-master", Value: &c.Pier.Master, Default: DefaultDocsURL()},
		{
			Name:    "Lamp",
			Flag:    "lamp",
			Env:     "CODER_LAMP",
			Default: string(LampPolicySteady),
			Value:   serpent.EnumOf(&c.Lamp, LampPolicies...),
		},
		{
			Name:    "Lamp Colour",
			Flag:    "lamp-colour",
			Default: fallback + "-" + "light",
			Value:   serpent.EnumOf(&c.Lamp, "red", "green"),
		},
		{Name: "Bare", Flag: "bare", Value: serpent.BoolOf(&c.Bare), Default: ""},
		{
			Name:    "Flags",
			Flag:    "flags",
			Default: strings.Join([]string{oidc.ScopeOpenID, "b", "c"}, ","),
			Value: serpent.Validate(&c.Flags, func(values *serpent.StringArray) error {
				for _, value := range values.Value() {
					if value == "}" {
						return xerrors.Errorf("no %q", value)
					}
				}
				return nil
			}),
		},
		{
			Name:      "Secure",
			Flag:      "secure",
			Value:     &c.Secure,
			DefaultFn: func() string {
				return strconv.FormatBool(c.AccessURL.Scheme == "https")
			},
		},
		{Name: "Crew", YAML: "crew", Value: &c.Crew, Group: &groupHarbour},
		{Name: "Rota", Env: "CODER_ROTA", Value: &c.Rota},
		{Name: "Config", Flag: "config", FlagShorthand: "c", Value: &c.Config},
		{Name: "Cache", Flag: "cache", Default: DefaultCacheDir(), Value: &c.Pier.Master},
		{Name: "Elsewhere", Flag: "elsewhere", Default: strings.Join(other.All, ","), Value: &c.Flags},
	}

	return opts
}
