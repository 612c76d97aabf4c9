# Sourced by the scripts here, with their arguments: --help prints the comment at their
# head, before anything is installed.
case " $* " in
*" --help "* | *" -h "*)
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
  exit
  ;;
esac
