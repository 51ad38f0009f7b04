<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:param name="lang">en</xsl:param>
<xsl:template name="word"><xsl:param name="key"/><xsl:value-of select="document('words.xml')/words/word[@key = $key and @lang = $lang]"/></xsl:template>
</xsl:stylesheet>
