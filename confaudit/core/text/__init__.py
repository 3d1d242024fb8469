"""Values as text: in words for people, in dialects for files, as a parser reads them back."""
