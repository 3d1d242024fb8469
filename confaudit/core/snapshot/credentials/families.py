"""Credentials whose makers gave them a form of their own, as facts.

The facts are prefixes, letters and lengths. Those marked GITLEAKS were taken from the rules of
gitleaks 8.24 (MIT, Copyright 2019 Zachary Rice), those marked DETECT_SECRETS from the plugins of
detect-secrets 1.5 (Apache 2.0), no text of either; MAKER is what makers' own documents say. They
are a module, for the gate must hold where no file can be read.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import Final, NamedTuple

from confaudit.core.snapshot.credentials.spans import Rule, Span
from confaudit.patterns import regex

GITLEAKS: Final = "gitleaks 8.24, MIT"
DETECT_SECRETS: Final = "detect-secrets 1.5, Apache-2.0"
MAKER: Final = "the maker's documents"

LETTERS: Final = "0-9A-Za-z"
WORDS: Final = "0-9A-Za-z_"
URLSAFE: Final = r"0-9A-Za-z_\-"
BASE64: Final = "0-9A-Za-z+/"
HEX: Final = "0-9A-Fa-f"


class Family(NamedTuple):
    """Credentials of one kind."""

    name: str
    """Whose they are."""
    prefixes: str
    """Separated by blanks."""
    letters: str
    """A class of a pattern: what comes first behind the prefix."""
    shortest: int
    """So many of them are a credential: fewer than there are, as a text may be cut off."""
    rest: str
    """Letters that a credential may go on with."""
    source: str


FAMILIES: Final = (
    Family("1Password", "ops_", BASE64, 20, "=", GITLEAKS),
    Family("Adobe", "p8e-", LETTERS, 20, "", GITLEAKS),
    Family("age", "AGE-SECRET-KEY-1", "0-9A-Z", 20, "", GITLEAKS),
    Family("Alibaba Cloud", "LTAI", LETTERS, 12, "", GITLEAKS),
    Family("Amazon", "AKIA ASIA ABIA ACCA", "0-9A-Z", 16, "", GITLEAKS),
    Family("Amazon Bedrock", "ABSK bedrock-api-key-", BASE64, 20, "=", MAKER),
    Family("Amazon MWS", "amzn.mws.", HEX, 8, r"\-", GITLEAKS),
    Family("Anthropic, OpenAI, OpenRouter", "sk-", URLSAFE, 6, "", GITLEAKS),
    Family("Artifactory", "AKC", LETTERS, 20, "", DETECT_SECRETS),
    Family("Asana, Google refresh tokens", "1//0", URLSAFE, 20, "", MAKER),
    Family("Atlassian", "ATATT3 ATCTT3 ATBB", URLSAFE, 16, "=", GITLEAKS),
    Family("Buildkite", "bkua_ bkct_", LETTERS, 16, "", MAKER),
    Family("CircleCI", "CCIPAT_ CCIPRJ_", WORDS, 16, "", MAKER),
    Family("Clojars", "CLOJARS_", LETTERS, 16, "", GITLEAKS),
    Family("Cloudflare", "v1.0-", HEX, 20, r"\-", GITLEAKS),
    Family("Databricks", "dapi", HEX, 20, r"\-", GITLEAKS),
    Family("Datadog", "ddp_ ddapp_", LETTERS, 16, "", MAKER),
    Family("DigitalOcean", "dop_v1_ doo_v1_ dor_v1_", HEX, 16, "", GITLEAKS),
    Family("Docker", "dckr_pat_ dckr_oat_", URLSAFE, 6, "", MAKER),
    Family("Doppler", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim.", WORDS, 16, r".\-", GITLEAKS),
    Family("Dropbox", "sl.", URLSAFE, 40, "=", GITLEAKS),
    Family("Duffel", "duffel_test_ duffel_live_", URLSAFE, 16, "=", GITLEAKS),
    Family("Dynatrace", "dt0c01. dt0s01. dt0s16.", LETTERS, 16, ".", GITLEAKS),
    Family("EasyPost", "EZAK EZTK", LETTERS, 20, "", GITLEAKS),
    Family("Facebook", "EAAM EAAC", LETTERS, 40, "", GITLEAKS),
    Family("Figma", "figd_ figu_", URLSAFE, 16, "", MAKER),
    Family("Flutterwave", "FLWSECK_TEST- FLWSECK-", LETTERS, 10, r"\-", GITLEAKS),
    Family("Fly.io", "fo1_ fm1a_ fm1r_ fm2_", URLSAFE + "+/", 20, "=", GITLEAKS),
    Family("Frame.io", "fio-u-", URLSAFE, 20, "=", GITLEAKS),
    Family("GitHub", "ghp_ gho_ ghu_ ghs_ ghr_", LETTERS, 6, "", GITLEAKS),
    Family("GitHub, fine-grained", "github_pat_", WORDS, 6, "", GITLEAKS),
    Family(
        "GitLab",
        "glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glffct- glimt- glagent- gloas- glsoat-",
        URLSAFE,
        6,
        ".",
        GITLEAKS,
    ),
    Family("GitLab runners", "GR1348941", URLSAFE, 16, "", GITLEAKS),
    Family("Google", "AIza", URLSAFE, 30, "", GITLEAKS),
    Family("Google OAuth", "ya29. GOCSPX-", URLSAFE, 10, ".", MAKER),
    Family("Grafana", "glc_ glsa_", BASE64, 20, "_=", GITLEAKS),
    Family("Groq", "gsk_", LETTERS, 16, "", MAKER),
    Family("HashiCorp Vault", "hvs. hvb. hvr.", URLSAFE, 16, "", GITLEAKS),
    Family("Heroku", "HRKU-", URLSAFE, 16, "", MAKER),
    Family("Honeycomb", "hcaik_ hcbik_ hcalk_ hcamk_ hcxik_", LETTERS, 16, "", MAKER),
    Family("Hugging Face", "hf_ api_org_", LETTERS, 16, "", GITLEAKS),
    Family("Infracost", "ico-", LETTERS, 20, "", GITLEAKS),
    Family("JSON Web Token, or any JSON in base64", "eyJ", URLSAFE, 8, ".+/=", GITLEAKS),
    Family("LangSmith", "lsv2_pt_ lsv2_sk_", WORDS, 16, "", MAKER),
    Family("Linear", "lin_api_ lin_oauth_", LETTERS, 16, "", GITLEAKS),
    Family("Mailgun", "key-", HEX, 32, "", GITLEAKS),
    Family("Neon", "napi_", LETTERS, 20, "", MAKER),
    Family("Netlify", "nfp_", LETTERS, 16, "", MAKER),
    Family("New Relic", "NRAK- NRJS- NRII- NRIQ- NRAA-", URLSAFE, 16, "", MAKER),
    Family("Notion", "ntn_", LETTERS, 20, "", MAKER),
    Family("npm", "npm_", LETTERS, 16, "", GITLEAKS),
    Family("NVIDIA", "nvapi-", URLSAFE, 16, "", MAKER),
    Family("Octopus Deploy", "API-", "0-9A-Z", 20, "", GITLEAKS),
    Family("OpenShift", "sha256~", URLSAFE, 20, "", GITLEAKS),
    Family("Perplexity", "pplx-", LETTERS, 16, "", MAKER),
    Family("Pinecone", "pcsk_", WORDS, 16, "", MAKER),
    Family("PlanetScale", "pscale_tkn_ pscale_oauth_ pscale_pw_", URLSAFE, 16, ".=", GITLEAKS),
    Family("PostHog", "phx_ phs_", LETTERS, 20, "", MAKER),
    Family("Postman", "PMAK-", HEX, 16, r"\-", GITLEAKS),
    Family("Prefect", "pnu_", LETTERS, 16, "", GITLEAKS),
    Family("Pulumi", "pul-", HEX, 20, "", GITLEAKS),
    Family("PyPI", "pypi-", URLSAFE, 40, "", GITLEAKS),
    Family("ReadMe", "rdme_", LETTERS, 20, "", GITLEAKS),
    Family("Replicate", "r8_", LETTERS, 20, "", MAKER),
    Family("RubyGems", "rubygems_", HEX, 16, "", GITLEAKS),
    Family("Scalingo", "tk-us-", URLSAFE, 20, "", GITLEAKS),
    Family("SendGrid", "SG.", URLSAFE, 16, ".", GITLEAKS),
    Family("Sendinblue", "xkeysib- xsmtpsib-", HEX, 16, r"\-0-9A-Za-z", GITLEAKS),
    Family("Sentry", "sntrys_ sntryu_", BASE64, 16, "_=", GITLEAKS),
    Family("SettleMint", "sm_aat_ sm_pat_ sm_sat_", LETTERS, 10, "", GITLEAKS),
    Family("Shippo", "shippo_live_ shippo_test_", HEX, 16, "", GITLEAKS),
    Family("Shopify", "shpat_ shpca_ shppa_ shpss_", HEX, 16, "", GITLEAKS),
    Family(
        "Slack",
        "xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.xox xapp- xwfp-",
        URLSAFE,
        6,
        "%",
        GITLEAKS,
    ),
    Family("Sonar", "squ_ sqp_ sqa_", HEX, 20, "", MAKER),
    Family("Sourcegraph", "sgp_ slk_", LETTERS, 16, "_", GITLEAKS),
    Family("Square", "sq0atp- sq0csp- EAAA", URLSAFE, 20, "", GITLEAKS),
    Family(
        "Stripe",
        "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ whsec_",
        BASE64,
        10,
        "=",
        GITLEAKS,
    ),
    Family("Supabase", "sbp_ sb_secret_", WORDS, 16, "", MAKER),
    Family("Tailscale", "tskey-", URLSAFE, 10, "", MAKER),
    Family("Twilio", "SK", HEX, 32, "", GITLEAKS),
    Family("Typeform", "tfp_", URLSAFE, 20, ".", MAKER),
    Family("Yandex", "AQVN", URLSAFE, 30, "", GITLEAKS),
    Family("xAI", "xai-", LETTERS, 20, "", MAKER),
)

_BEGIN: Final = r"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))"
"""Where a word begins, be it behind an escape."""

UNPREFIXED: Final = (
    ("-", 14, r"-{4,5} ?BEGIN [A-Z0-9 ]*-{4,5}.*?(?:-{4,5} ?END [A-Z0-9 ]*-{4,5}|\Z)", "PEM"),
    (
        "-",
        33,
        _BEGIN + r"(?=[A-Za-z]{0,9}[0-9])[0-9A-Za-z]{10}"
        r"-(?=[A-Za-z]{0,21}[0-9])[0-9A-Za-z]{22}(?![0-9A-Za-z_])",
        "Coder's session tokens",
    ),
    (":", 44, r"(?<![0-9])[0-9]{8,12}:A[0-9A-Za-z_\-]{34}(?![0-9A-Za-z])", "Telegram's bots"),
    ("~", 30, r"[0-9A-Za-z_~.]{3}[0-9]Q~[0-9A-Za-z_~.\-]{24,40}", "client secrets of Entra"),
    (
        ".",
        43,
        r"(?<![0-9A-Za-z])[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=\-]{20,100}",
        "Terraform Cloud",
    ),
    (":", 42, r"token-[0-9a-z]{5}:[0-9a-z]{30,60}", "Rancher"),
    (
        ".",
        62,
        r"(?<![0-9A-Za-z])[ps]at\.[0-9A-Za-z_\-]{22}\.[0-9A-Za-z]{24}\.[0-9A-Za-z]{10,20}",
        "Harness",
    ),
    (
        ".",
        58,
        r"(?<![0-9A-Za-z])[MNO][0-9A-Za-z_\-]{22,27}\.[0-9A-Za-z_\-]{6}\.[0-9A-Za-z_\-]{27,40}",
        "Discord's bots",
    ),
)
"""What no prefix gives away: a letter that is in all of a kind, the length of its shortest, its
form, and whose it is.

Every repeat has a bound but the one that goes on to its end.
"""


def _beginnings(prefixes: Iterable[str]) -> str:
    """Prefixes as one pattern, put together by their first letters, as that is far faster."""
    groups = groupby(sorted(prefixes), key=lambda prefix: prefix[0])
    return "|".join(
        f"{first}(?:{'|'.join(re.escape(one[1:]) for one in those)})" for first, those in groups
    )


_OF_PREFIX: Final = {prefix: family for family in FAMILIES for prefix in family.prefixes.split()}
PREFIX: Final = regex(_beginnings(_OF_PREFIX))
"""The beginning of what may be one of them."""


@cache  # compiled when one is met: most never are
def _whole(prefix: str) -> re.Pattern[str]:
    family = _OF_PREFIX[prefix]
    first = f"[{family.letters}]{{{family.shortest},}}+"
    return re.compile(f"{_BEGIN}{re.escape(prefix)}{first}[{family.letters}{family.rest}]*")


def tokens(text: str) -> Iterator[Span]:
    """Where credentials of known forms stand."""
    place = 0
    while head := PREFIX.search(text, place):
        whole = _whole(head.group()).match(text, head.start())
        place = whole.end() if whole else head.start() + 1
        if whole:
            yield whole.span()


def _alone(shortest: int, pattern: "re.Pattern[str]") -> Rule:
    """Where a form stands, which is not even compiled while all texts are too short for it."""

    def spans(text: str) -> Iterator[Span]:
        if len(text) >= shortest:
            yield from (found.span() for found in pattern.finditer(text))

    return spans


UNPREFIXED_RULES: Final = tuple(
    (letter, _alone(shortest, regex(form, re.DOTALL))) for letter, shortest, form, _ in UNPREFIXED
)
"""Where those stand that no prefix gives away, by a letter without which there are none."""
